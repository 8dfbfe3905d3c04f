//! Private networks: their blocks, and how they are shown.

use aquifer_network::Block;
use ec2_api::{
    BlockPublicAccessMode, BlockPublicAccessStates, Tenancy, VpcCidrBlockAssociation,
    VpcCidrBlockState, VpcCidrBlockStateCode, VpcState,
};
use platform::{Ctx, Result, Tags};

use crate::ids;
use crate::listing::{Listed, Look};
use crate::resource::{ROUTE_TABLE, VPC};
use crate::store::Vpc;
use crate::tagging;

/// Networks of an account in a region, by AWS's quota.
pub(crate) const VPCS_MAX: usize = 5;

/// A network as it begins.
pub(crate) fn new(ctx: &Ctx, block: Block) -> Vpc {
    Vpc {
        id: ids::new(ctx, VPC.prefix),
        block,
        association: ids::new(ctx, "vpc-cidr-assoc-"),
        is_default: false,
        tenancy: Tenancy::Default.to_string(),
        dhcp_options: options_of(ctx),
        dns_support: true,
        dns_hostnames: false,
        usage_metrics: false,
        main_table: ids::new(ctx, ROUTE_TABLE.prefix),
        tags: Tags::new(),
    }
}

/// The id of the options that the account has in the region from the beginning.
fn options_of(ctx: &Ctx) -> String {
    // FNV-1a: the same name for the same place.
    let text = ctx.scope().to_string();
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("dopt-0{hash:016x}")
}

impl Listed for Vpc {
    const FILTERS: &'static [&'static str] = &[
        "cidr",
        "cidr-block",
        "cidrBlock",
        "cidr-block-association.association-id",
        "cidr-block-association.cidr-block",
        "cidr-block-association.state",
        "dhcp-options-id",
        "dhcpOptionsId",
        "ipv6-cidr-block-association.association-id",
        "ipv6-cidr-block-association.ipv6-cidr-block",
        "ipv6-cidr-block-association.ipv6-pool",
        "ipv6-cidr-block-association.state",
        "is-default",
        "isDefault",
        "owner-id",
        "state",
        "vpc-id",
    ];
    type Shown = ec2_api::Vpc;

    fn values(&self, look: &Look<'_, '_>, filter: &str) -> Result<Vec<String>> {
        Ok(match filter {
            "cidr" | "cidr-block" | "cidrBlock" | "cidr-block-association.cidr-block" => {
                vec![self.block.to_string()]
            }
            "cidr-block-association.association-id" => vec![self.association.clone()],
            "cidr-block-association.state" => vec!["associated".to_owned()],
            "dhcp-options-id" | "dhcpOptionsId" => vec![self.dhcp_options.clone()],
            "is-default" | "isDefault" => vec![self.is_default.to_string()],
            "owner-id" => vec![look.tx.scope().account.to_string()],
            "state" => vec!["available".to_owned()],
            "vpc-id" => vec![self.id.clone()],
            _ => Vec::new(),
        })
    }

    fn shown(&self, look: &Look<'_, '_>) -> Result<ec2_api::Vpc> {
        let associated = VpcCidrBlockStateCode::Associated;
        Ok(ec2_api::Vpc {
            block_public_access_states: Some(not_blocked()),
            cidr_block: Some(self.block.to_string()),
            cidr_block_association_set: Some(vec![VpcCidrBlockAssociation {
                association_id: Some(self.association.clone()),
                cidr_block: Some(self.block.to_string()),
                cidr_block_state: Some(VpcCidrBlockState {
                    state: Some(associated),
                    status_message: None,
                }),
            }]),
            dhcp_options_id: Some(self.dhcp_options.clone()),
            instance_tenancy: Tenancy::parse(&self.tenancy),
            is_default: Some(self.is_default),
            owner_id: Some(look.tx.scope().account.to_string()),
            state: Some(VpcState::Available),
            tags: tagging::shown(&self.tags),
            vpc_id: Some(self.id.clone()),
            ..Default::default()
        })
    }
}

/// No account-wide block of internet gateways is there.
pub(crate) fn not_blocked() -> BlockPublicAccessStates {
    BlockPublicAccessStates { internet_gateway_block_mode: Some(BlockPublicAccessMode::Off) }
}
