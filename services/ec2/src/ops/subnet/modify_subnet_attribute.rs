//! `ModifySubnetAttribute`: sets one attribute of a subnet.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySubnetAttribute.html>

use ec2_api::{ModifySubnetAttribute, ModifySubnetAttributeInput, ModifySubnetAttributeOutput};
use platform::{Ctx, Handle, Result};

use crate::refuse::refuse;
use crate::store::Subnet;
use crate::{Ec2, error, resource};

impl Handle<ModifySubnetAttribute> for Ec2 {
    async fn handle(
        &self,
        ctx: &Ctx,
        input: ModifySubnetAttributeInput,
    ) -> Result<ModifySubnetAttributeOutput> {
        refuse!(input,
            assign_ipv6_address_on_creation => "AssignIpv6AddressOnCreation",
            customer_owned_ipv4_pool => "CustomerOwnedIpv4Pool",
            disable_lni_at_device_index => "DisableLniAtDeviceIndex",
            enable_dns64 => "EnableDns64",
            enable_lni_at_device_index => "EnableLniAtDeviceIndex",
            enable_resource_name_dns_aaaa_record_on_launch =>
                "EnableResourceNameDnsAAAARecordOnLaunch",
            map_customer_owned_ip_on_launch => "MapCustomerOwnedIpOnLaunch",
        );
        let public = input.map_public_ip_on_launch.and_then(|given| given.value);
        let record =
            input.enable_resource_name_dns_a_record_on_launch.and_then(|given| given.value);
        let kind = input.private_dns_hostname_type_on_launch;
        let count = [public.is_some(), record.is_some(), kind.is_some()];
        if count.into_iter().filter(|given| *given).count() > 1 {
            return Err(error::combination("Exactly one attribute must be specified"));
        }
        self.change(ctx, |tx| {
            let mut subnet: Subnet = resource::find(tx, &input.subnet_id)?;
            subnet.public_on_launch = public.unwrap_or(subnet.public_on_launch);
            subnet.resource_name_record = record.unwrap_or(subnet.resource_name_record);
            if let Some(kind) = kind {
                subnet.hostname_type = Some(kind.to_string());
            }
            resource::put(tx, &subnet)?;
            Ok(ModifySubnetAttributeOutput {})
        })
        .await
    }
}
