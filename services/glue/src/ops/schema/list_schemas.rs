//! `ListSchemas`: the schemas of a registry, or of all, by name.
//!
//! <https://docs.aws.amazon.com/glue/latest/webapi/API_ListSchemas.html>

use glue_api::{ListSchemas, ListSchemasInput, ListSchemasOutput};
use platform::{Ctx, Fail, Handle, Page, Result};

use crate::store::{REGISTRIES, SCHEMAS, SchemaRow};
use crate::{Glue, pages, registry};
use glue_api::{SchemaListItem, SchemaStatus};

const LIST: &str = "ListSchemas";
const PAGE: usize = 100;

fn item(ctx: &Ctx, registry: &str, name: String, row: SchemaRow) -> SchemaListItem {
    SchemaListItem {
        registry_name: Some(registry.to_owned()),
        schema_arn: Some(registry::schema_arn(ctx, registry, &name)),
        schema_name: Some(name),
        description: row.description,
        schema_status: Some(SchemaStatus::Available),
        created_time: Some(row.created),
        updated_time: row.updated,
    }
}

impl Handle<ListSchemas> for Glue {
    async fn handle(&self, ctx: &Ctx, input: ListSchemasInput) -> Result<ListSchemasOutput> {
        let only = match &input.registry_id {
            Some(id) => Some(registry::registry(ctx, Some(id)).await?),
            None => {
                registry::ask_registry(ctx, "*").await?;
                None
            }
        };
        let after = pages::after(LIST, input.next_token.as_deref())?;
        let limit = pages::size(input.max_results, PAGE);
        let page = ctx.read(|tx| {
            let owners = match &only {
                Some(name) => vec![(name.clone(), registry::find_registry(tx, name)?)],
                None => REGISTRIES.scan(tx).collect::<Result<_, _>>()?,
            };
            let mut items = Vec::new();
            for (registry, owner) in owners {
                for row in SCHEMAS.scan(tx).prefix(&(owner.id,)) {
                    let ((_, name), row) = row?;
                    let key = format!("{registry}/{name}");
                    if after.as_deref().is_none_or(|after| key.as_str() > after) {
                        items.push(item(ctx, &registry, name, row));
                    }
                    if items.len() > limit {
                        break;
                    }
                }
            }
            Page::take(LIST, items.into_iter().map(Ok::<_, Fail>), limit, |item| {
                let text = |text: &Option<String>| text.clone().unwrap_or_default();
                format!("{}/{}", text(&item.registry_name), text(&item.schema_name))
            })
        })?;
        Ok(ListSchemasOutput { schemas: Some(page.items), next_token: page.next_token })
    }
}
