//! Internet gateways, as they are shown.

use ec2_api::InternetGatewayAttachment;
use platform::Result;

use crate::listing::{Listed, Look};
use crate::store::InternetGateway;
use crate::tagging;

/// Internet gateways of an account in a region, by AWS's quota.
pub(crate) const GATEWAYS_MAX: usize = 5;
/// What AWS answers of one that is attached; the model has another word for other attachments.
const AVAILABLE: &str = "available";

impl Listed for InternetGateway {
    const FILTERS: &'static [&'static str] =
        &["attachment.state", "attachment.vpc-id", "internet-gateway-id", "owner-id"];
    type Shown = ec2_api::InternetGateway;

    fn values(&self, look: &Look<'_, '_>, filter: &str) -> Result<Vec<String>> {
        Ok(match filter {
            "attachment.state" => self.vpc.iter().map(|_| AVAILABLE.to_owned()).collect(),
            "attachment.vpc-id" => self.vpc.iter().cloned().collect(),
            "internet-gateway-id" => vec![self.id.clone()],
            _ => vec![look.tx.scope().account.to_string()],
        })
    }

    fn shown(&self, look: &Look<'_, '_>) -> Result<ec2_api::InternetGateway> {
        let attachment = |vpc: &String| InternetGatewayAttachment {
            state: Some(AVAILABLE.to_owned()),
            vpc_id: Some(vpc.clone()),
        };
        Ok(ec2_api::InternetGateway {
            attachments: Some(self.vpc.iter().map(attachment).collect()),
            internet_gateway_id: Some(self.id.clone()),
            owner_id: Some(look.tx.scope().account.to_string()),
            tags: tagging::shown(&self.tags),
        })
    }
}
