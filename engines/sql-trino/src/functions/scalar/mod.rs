//! How a scalar function is written here: a name, one variant per argument list, and a plain Rust
//! function that turns columns into a column. Coercion, NULL handling, constants and the refusal
//! of wrong arguments are done once, in this folder.

mod rows;
mod types;

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::ArrayRef;
use datafusion::arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature,
    Volatility,
};

pub(crate) use rows::Rows;
pub(crate) use types::{Type, list_of, map_of, type_name};

use super::error;
use crate::types::json_field;

/// Columns in, column out.
pub(crate) type Evaluate = fn(&Rows) -> Result<ArrayRef>;

/// Argument types as given to the types the function wants and what it then returns; `None` when
/// it takes no such arguments.
pub(crate) type Resolve = fn(&[DataType]) -> Option<(Vec<DataType>, DataType)>;

enum Variant {
    Typed {
        arguments: &'static [Type],
        returns: Type,
        evaluate: Evaluate,
    },
    /// For functions over any element type; the text is the argument list for the refusal.
    Generic {
        shown: &'static str,
        resolve: Resolve,
        evaluate: Evaluate,
    },
}

/// A scalar function under construction.
pub(crate) struct Function {
    name: &'static str,
    aliases: Vec<String>,
    signature: Signature,
    variants: Vec<Variant>,
    /// NULL in any argument is NULL out, without asking the function.
    strict: bool,
}

impl Function {
    pub(crate) fn named(name: &'static str) -> Self {
        Self {
            name,
            aliases: Vec::new(),
            signature: Signature::user_defined(Volatility::Immutable),
            variants: Vec::new(),
            strict: true,
        }
    }

    pub(crate) fn alias(mut self, name: &str) -> Self {
        self.aliases.push(name.to_owned());
        self
    }

    /// The function sees NULL arguments itself.
    pub(crate) fn sees_nulls(mut self) -> Self {
        self.strict = false;
        self
    }

    pub(crate) fn takes(
        mut self,
        arguments: &'static [Type],
        returns: Type,
        evaluate: Evaluate,
    ) -> Self {
        self.variants.push(Variant::Typed { arguments, returns, evaluate });
        self
    }

    pub(crate) fn takes_any(
        mut self,
        shown: &'static str,
        resolve: Resolve,
        evaluate: Evaluate,
    ) -> Self {
        self.variants.push(Variant::Generic { shown, resolve, evaluate });
        self
    }

    pub(crate) fn finish(self) -> ScalarUDF {
        ScalarUDF::new_from_impl(self)
    }

    /// The variant that needs the fewest conversions, its argument types and what it returns.
    fn choose(&self, given: &[DataType]) -> Result<(&Variant, Vec<DataType>, DataType)> {
        let mut best: Option<(usize, &Variant, Vec<DataType>, DataType)> = None;
        for variant in &self.variants {
            let resolved = match variant {
                Variant::Typed { arguments, returns, .. } => {
                    types::coerce(arguments, given).map(|types| {
                        let returns = returns.arrow(&types);
                        (types, returns)
                    })
                }
                Variant::Generic { resolve, .. } => resolve(given),
            };
            let Some((types, returns)) = resolved else { continue };
            let cost = types.iter().zip(given).filter(|(to, from)| to != from).count();
            if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
                best = Some((cost, variant, types, returns));
            }
        }
        match best {
            Some((_, variant, types, returns)) => Ok((variant, types, returns)),
            None => Err(self.refusal(given)),
        }
    }

    fn refusal(&self, given: &[DataType]) -> datafusion::error::DataFusionError {
        // What stands behind syntax is told by the word of the syntax.
        let name = self.name.trim_start_matches('$');
        let shown: Vec<String> = given.iter().map(type_name).collect();
        let expected: Vec<String> = self
            .variants
            .iter()
            .map(|variant| match variant {
                Variant::Typed { arguments, .. } => {
                    let arguments: Vec<String> = arguments.iter().map(Type::to_string).collect();
                    format!("{name}({})", arguments.join(", "))
                }
                Variant::Generic { shown, .. } => format!("{name}({shown})"),
            })
            .collect();
        error::no_such_function(format!(
            "Unexpected parameters ({}) for function {name}. Expected: {}",
            shown.join(", "),
            expected.join(", ")
        ))
    }
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Function").field("name", &self.name).finish_non_exhaustive()
    }
}

// One function per name: the name is the identity.
impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Function {}

impl Hash for Function {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        self.name
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn is_strict(&self) -> bool {
        self.strict
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        self.choose(given).map(|(_, types, _)| types)
    }

    fn return_type(&self, given: &[DataType]) -> Result<DataType> {
        self.choose(given).map(|(_, _, returns)| returns)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        let given: Vec<DataType> = args.arg_fields.iter().map(|f| f.data_type().clone()).collect();
        let (variant, _, returns) = self.choose(&given)?;
        let field = Field::new(self.name, returns, true);
        let json = matches!(variant, Variant::Typed { returns: Type::Json, .. });
        Ok(Arc::new(if json { json_field(field) } else { field }))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let given: Vec<DataType> = args.args.iter().map(ColumnarValue::data_type).collect();
        let (variant, ..) = self.choose(&given)?;
        let evaluate = match variant {
            Variant::Typed { evaluate, .. } | Variant::Generic { evaluate, .. } => *evaluate,
        };
        // A row per batch is enough when nothing differs between rows.
        let constant = !args.args.is_empty()
            && args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let rows = Rows::new(&args, if constant { 1 } else { args.number_rows }, self.strict)?;
        let result = evaluate(&rows)?;
        if constant {
            return ScalarValue::try_from_array(&result, 0).map(ColumnarValue::Scalar);
        }
        Ok(ColumnarValue::Array(result))
    }
}
