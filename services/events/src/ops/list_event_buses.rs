//! `ListEventBuses`: the buses of the account, by name.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListEventBuses.html>

use events_api::{EventBus, ListEventBuses, ListEventBusesInput, ListEventBusesOutput};
use platform::{Ctx, Handle, Page, Result, StoreError};

use crate::Events;
use crate::paging::Paging;
use crate::place::{self, DEFAULT};
use crate::store::BUSES;

impl Handle<ListEventBuses> for Events {
    async fn handle(&self, ctx: &Ctx, input: ListEventBusesInput) -> Result<ListEventBusesOutput> {
        let prefix = input.name_prefix.unwrap_or_default();
        let list = format!("ListEventBuses/{prefix}");
        let paging = Paging::new(&list, input.next_token.as_deref(), input.limit)?;
        let page = ctx.read(|tx| {
            let mut buses = Vec::new();
            for row in BUSES.scan(tx) {
                let (name, bus) = row?;
                buses.push((name, Some(bus)));
            }
            if !buses.iter().any(|(name, _)| name == DEFAULT) {
                buses.push((DEFAULT.to_owned(), None));
            }
            buses.sort_by(|a, b| a.0.cmp(&b.0));
            buses.retain(|(name, _)| name.starts_with(&prefix) && *name > paging.after);
            let buses = buses.into_iter().map(Ok::<_, StoreError>);
            Page::take(&list, buses, paging.limit, |(name, _)| name.clone())
        })?;
        let show = |(name, bus): (String, Option<crate::store::Bus>)| EventBus {
            arn: Some(place::bus_arn(ctx.scope(), &name)),
            name: Some(name),
            creation_time: bus.as_ref().map(|bus| bus.created),
            last_modified_time: bus.as_ref().map(|bus| bus.created),
            description: bus.and_then(|bus| bus.description),
            policy: None,
        };
        let event_buses = Some(page.items.into_iter().map(show).collect());
        Ok(ListEventBusesOutput { event_buses, next_token: page.next_token })
    }
}
