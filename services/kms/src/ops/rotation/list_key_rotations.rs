//! `ListKeyRotations`: when a key got new material, and by what.
//!
//! <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeyRotations.html>

use kms_api::{
    IncludeKeyMaterial, KeyMaterialState, ListKeyRotations, ListKeyRotationsInput,
    ListKeyRotationsOutput, RotationType, RotationsListEntry,
};
use platform::{Ctx, Fail, Handle, Page, Result};

use super::check_rotates;
use crate::access::{self, Ask};
use crate::model::{Material, RotationKind};
use crate::{Kms, find, pages, store};

const PAGE: usize = 100;

impl Handle<ListKeyRotations> for Kms {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ListKeyRotationsInput,
    ) -> Result<ListKeyRotationsOutput> {
        let found = find::by_id(ctx, &input.key_id)?;
        access::require(ctx, &found, "kms:ListKeyRotations", Ask::default()).await?;
        check_rotates(&found)?;
        found.key.not_being_deleted(&found.scope)?;
        let all = input.include_key_material == Some(IncludeKeyMaterial::AllKeyMaterial);
        let key = found.key.id.as_str();
        let mut materials: Vec<(String, Material)> = ctx.read(|tx| {
            let scan = store::MATERIALS.scan(&tx.in_scope(&found.scope)).prefix(&(key,));
            let rows = scan.map(|row| row.map(|((_, id), material)| (id, material)));
            rows.collect::<Result<_, platform::StoreError>>()
        })?;
        materials.retain(|(_, material)| all || material.rotation.is_some());
        // There are at most a few dozen, and they are kept by name.
        materials.sort_by_key(|(_, material)| material.created);
        let list = format!("ListKeyRotations/{key}/{all}");
        let rest = match pages::after(&list, input.marker.as_deref())? {
            Some(last) => {
                let seen = materials.iter().position(|(id, _)| *id == last).map_or(0, |at| at + 1);
                materials.split_off(seen)
            }
            None => materials,
        };
        let limit = pages::size(input.limit, PAGE);
        let items = rest.into_iter().map(Ok::<_, Fail>);
        let page = Page::take(&list, items, limit, |(id, _)| id.clone())?;
        let arn = found.arn().to_string();
        let current = found.key.current.as_deref();
        let entry = |(id, material): (String, Material)| RotationsListEntry {
            key_id: Some(arn.clone()),
            key_material_state: Some(match current == Some(id.as_str()) {
                true => KeyMaterialState::Current,
                false => KeyMaterialState::NonCurrent,
            }),
            key_material_id: Some(id),
            rotation_date: material.rotation.map(|_| material.created),
            rotation_type: material.rotation.map(|kind| match kind {
                RotationKind::Automatic => RotationType::Automatic,
                RotationKind::OnDemand => RotationType::OnDemand,
            }),
            ..RotationsListEntry::default()
        };
        Ok(ListKeyRotationsOutput {
            rotations: Some(page.items.into_iter().map(entry).collect()),
            truncated: Some(page.next_token.is_some()),
            next_marker: page.next_token,
        })
    }
}
