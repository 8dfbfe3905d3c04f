//! Generates the api from the service model; see protocol/codegen.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    Ok(aquifer_codegen::build()?)
}
