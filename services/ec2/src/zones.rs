//! Regions and their availability zones.
//!
//! AWS: which zone a letter stands for differs from account to account; here: it is the same for all.
//!
//! <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>

use platform::{Partition, Region};

/// A region, the letters of its zones, and whether accounts have it without asking.
pub(crate) struct Known {
    pub name: &'static str,
    zones: &'static str,
    pub without_asking: bool,
}

const fn open(name: &'static str, zones: &'static str) -> Known {
    Known { name, zones, without_asking: true }
}

const fn on_request(name: &'static str) -> Known {
    Known { name, zones: "abc", without_asking: false }
}

/// The regions there are, in the order in which their addresses were given out: new ones go last.
pub(crate) const REGIONS: &[Known] = &[
    open("us-east-1", "abcdef"),
    open("us-east-2", "abc"),
    open("us-west-1", "ab"),
    open("us-west-2", "abcd"),
    open("ap-northeast-1", "acd"),
    open("ap-northeast-2", "abcd"),
    open("ap-northeast-3", "abc"),
    open("ap-south-1", "abc"),
    open("ap-southeast-1", "abc"),
    open("ap-southeast-2", "abc"),
    open("ca-central-1", "abd"),
    open("eu-central-1", "abc"),
    open("eu-north-1", "abc"),
    open("eu-west-1", "abc"),
    open("eu-west-2", "abc"),
    open("eu-west-3", "abc"),
    open("sa-east-1", "abc"),
    on_request("af-south-1"),
    on_request("ap-east-1"),
    on_request("ap-east-2"),
    on_request("ap-south-2"),
    on_request("ap-southeast-3"),
    on_request("ap-southeast-4"),
    on_request("ap-southeast-5"),
    on_request("ap-southeast-6"),
    on_request("ap-southeast-7"),
    on_request("ca-west-1"),
    on_request("eu-central-2"),
    on_request("eu-south-1"),
    on_request("eu-south-2"),
    on_request("il-central-1"),
    on_request("me-central-1"),
    on_request("me-south-1"),
    on_request("mx-central-1"),
    open("cn-north-1", "abd"),
    open("cn-northwest-1", "abc"),
    open("us-gov-east-1", "abc"),
    open("us-gov-west-1", "abc"),
];

/// A zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Zone {
    pub name: String,
    pub id: String,
}

/// The zones of a region. One that is not known has three.
pub(crate) fn of(region: &Region) -> Vec<Zone> {
    let known = REGIONS.iter().find(|known| known.name == region.as_str());
    let letters = known.map_or("abc", |known| known.zones);
    let zone = |(at, letter): (usize, char)| Zone {
        name: format!("{region}{letter}"),
        id: format!("{}-az{}", short(region.as_str()), at + 1),
    };
    letters.chars().enumerate().map(zone).collect()
}

/// A region's name as ids of zones begin: `apne1`.
fn short(region: &str) -> String {
    let mut text = String::new();
    for (at, part) in region.split('-').enumerate() {
        text.push_str(match part {
            "north" => "n",
            "northeast" => "ne",
            "northwest" => "nw",
            "south" => "s",
            "southeast" => "se",
            "southwest" => "sw",
            "east" => "e",
            "west" => "w",
            "central" => "c",
            part if at > 0 && part.parse::<u8>().is_err() => part.get(..1).unwrap_or(part),
            part => part,
        });
    }
    text
}

/// The regions of a partition.
pub(crate) fn regions(partition: Partition) -> impl Iterator<Item = &'static Known> {
    let within = move |known: &&Known| {
        known.name.parse::<Region>().is_ok_and(|region| region.partition() == partition)
    };
    REGIONS.iter().filter(within)
}

/// The end of the names of hosts.
pub(crate) fn domain(region: &Region) -> &'static str {
    match region.partition() {
        Partition::China => "amazonaws.com.cn",
        _ => "amazonaws.com",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_zones_are_short() {
        let ids = |region: &str| -> Vec<String> {
            of(&region.parse().unwrap()).into_iter().map(|zone| zone.id).collect()
        };
        assert_eq!(ids("us-east-1")[5], "use1-az6");
        assert_eq!(ids("ap-northeast-1"), ["apne1-az1", "apne1-az2", "apne1-az3"]);
        assert_eq!(ids("us-gov-west-1")[0], "usgw1-az1");
        assert_eq!(ids("eu-nowhere-9")[2], "eun9-az3");
        let tokyo = of(&"ap-northeast-1".parse().unwrap());
        assert_eq!(tokyo[1].name, "ap-northeast-1c");
    }

    #[test]
    fn partitions_have_regions_of_their_own() {
        let names = |partition| regions(partition).map(|known| known.name).collect::<Vec<_>>();
        assert_eq!(names(Partition::China), ["cn-north-1", "cn-northwest-1"]);
        assert!(names(Partition::Aws).len() > 30);
    }
}
