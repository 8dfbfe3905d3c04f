//! What `service.toml` knows better than the model, put into the model before anything is made of it.

use anyhow::{Context, Result, bail};

use crate::model::{Model, Reference};
use crate::settings::Settings;

impl Model {
    /// Puts the settings' corrections in.
    ///
    /// # Errors
    /// When they name what the model does not have.
    pub fn amend(&mut self, settings: &Settings) -> Result<()> {
        for name in &settings.open_enums {
            let shape = self.shapes.get_mut(name);
            shape.with_context(|| format!("open_enums: there is no {name}"))?.values.clear();
        }
        for (place, name) in &settings.wire_names {
            let reference = self.reference(place);
            reference.with_context(|| format!("wire_names: there is no {place}"))?.location_name =
                Some(name.clone());
        }
        for (place, shape) in &settings.retyped {
            if !self.shapes.contains_key(shape) {
                bail!("retyped: there is no {shape}");
            }
            let reference = self.reference(place);
            let reference = reference.with_context(|| format!("retyped: there is no {place}"))?;
            reference.shape.clone_from(shape);
        }
        self.add_status_members(settings)?;
        for (operation, status) in &settings.statuses {
            let known = self.operations.get_mut(operation);
            let known = known.with_context(|| format!("statuses: there is no {operation}"))?;
            known.http.response_code = Some(*status);
        }
        if settings.more_protocols.is_empty() {
            return Ok(());
        }
        if settings.more_protocols != ["query"] {
            bail!("more_protocols: only the Query protocol is known to have been left");
        }
        let metadata = &mut self.metadata;
        if metadata.protocols.is_empty() {
            metadata.protocols.push(metadata.protocol.clone());
        }
        metadata.protocols.extend(settings.more_protocols.iter().cloned());
        for (name, operation) in &mut self.operations {
            if let Some(output) = &mut operation.output {
                output.result_wrapper.get_or_insert_with(|| format!("{name}Result"));
            }
        }
        Ok(())
    }

    /// Gives outputs a member that says the status of the answer.
    fn add_status_members(&mut self, settings: &Settings) -> Result<()> {
        const STATUS: &str = "AnswerStatus";
        for (operation, member) in &settings.status_members {
            let known = self.operations.get(operation);
            let output = known.and_then(|operation| operation.output.as_ref());
            let output = output.with_context(|| format!("{operation} has no output"))?;
            let shape = self.shapes.get_mut(&output.shape).context("no shape of the output")?;
            let status = serde_json::json!({ "shape": STATUS, "location": "statusCode" });
            shape.members.insert(member.clone(), serde_json::from_value(status)?);
            let integer = serde_json::json!({ "type": "integer" });
            self.shapes.insert(STATUS.to_owned(), serde_json::from_value(integer)?);
        }
        Ok(())
    }

    fn reference(&mut self, place: &str) -> Option<&mut Reference> {
        let (shape, member) = place.split_once('.')?;
        let shape = self.shapes.get_mut(shape)?;
        match (shape.kind.as_str(), member) {
            ("list", "element") => shape.member.as_mut(),
            ("map", "key") => shape.key.as_mut(),
            ("map", "value") => shape.value.as_mut(),
            _ => shape.members.get_mut(member),
        }
    }
}
