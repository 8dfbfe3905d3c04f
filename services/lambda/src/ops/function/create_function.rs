//! `CreateFunction`: a new function.
//!
//! <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html>
//!
//! AWS: a function is `Pending` at first; here: it is `Active` at once.

use std::collections::BTreeMap;

use lambda_api::{CreateFunction, CreateFunctionInput, CreateFunctionOutput};
use platform::{Ctx, Fail, Handle, Result, Stored, Tags};

use crate::names::LATEST;
use crate::store::{FUNCTIONS, Function, Version};
use crate::{Lambda, code, error, layers, names, role, settings, tagging, versions};

/// The longest name of a function.
const NAME_MAX: usize = 64;

impl Handle<CreateFunction> for Lambda {
    async fn handle(&self, ctx: &Ctx, input: CreateFunctionInput) -> Result<CreateFunctionOutput> {
        let named = names::whole(ctx, "lambda:CreateFunction", &input.function_name).await?;
        let (ctx, name) = (&named.ctx, named.name.as_str());
        if name.len() > NAME_MAX {
            let what = format!("Member must have length less than or equal to {NAME_MAX}");
            return Err(error::constraint(name, "functionName", &what));
        }
        let mut config = settings::new(&input)?;
        let mut tags = Tags::new();
        tagging::set(&mut tags, input.tags.unwrap_or_default())?;
        role::check(ctx, &input.role).await?;
        let package = code::keep(self, ctx, input.code).await?;
        config.function_name = Some(name.to_owned());
        config.function_arn = Some(named.arn());
        config.version = Some(LATEST.to_owned());
        if let Some(logging) = config.logging_config.as_mut()
            && logging.log_group.as_deref() == Some("/aws/lambda/")
        {
            logging.log_group = Some(format!("/aws/lambda/{name}"));
        }
        versions::pack(&mut config, &package);
        versions::touch(ctx, &mut config);
        let mut latest = Version {
            config: Stored(config),
            digest: hex::encode(package.digest),
            unpacked: package.unpacked,
            layers: Vec::new(),
        };
        let wanted = input.layers.unwrap_or_default();
        ctx.read(|tx| layers::give(ctx, tx, &mut latest, &wanted))?;
        let mut function = Function {
            id: ctx.ids().number(),
            latest,
            published: 0,
            tags,
            reserved: None,
            policies: BTreeMap::new(),
            events: BTreeMap::new(),
        };
        let publish = input.publish.unwrap_or_default();
        ctx.write(|tx| {
            if FUNCTIONS.get(tx, name)?.is_some() {
                return Err(error::function_exists(name));
            }
            let shown = match publish {
                true => versions::publish(ctx, tx, name, &mut function, None)?,
                false => function.latest.clone(),
            };
            FUNCTIONS.put(tx, name, &function)?;
            Ok::<_, Fail>(shown.config.0)
        })
        .await
    }
}
