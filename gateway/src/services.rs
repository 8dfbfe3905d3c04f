//! The rooms, one line each. Deleting a room and its line leaves the rest compiling.

use platform::{House, Registry, Service};

use crate::options::StartError;

type Open = fn(&House) -> anyhow::Result<Service>;

/// Every room of this build: its name and how it opens.
const ROOMS: &[(&str, Open)] = &[
    ("sts", aquifer_sts::service),
    ("iam", aquifer_iam::service),
    ("s3", aquifer_s3::service),
    ("s3control", aquifer_s3control::service),
    ("glue", aquifer_glue::service),
    ("athena", aquifer_athena::service),
    ("kms", aquifer_kms::service),
    ("sqs", aquifer_sqs::service),
    ("events", aquifer_events::service),
    ("ec2", aquifer_ec2::service),
    ("s3tables", aquifer_s3tables::service),
    ("sns", aquifer_sns::service),
    ("lambda", aquifer_lambda::service),
    ("logs", aquifer_logs::service),
];

/// Opens the named rooms, or all.
pub(crate) fn open(house: &House, wanted: Option<&[String]>) -> Result<Registry, StartError> {
    if let Some(wanted) = wanted {
        for name in wanted {
            if !ROOMS.iter().any(|(room, _)| room == name) {
                let all: Vec<&str> = ROOMS.iter().map(|(room, _)| *room).collect();
                return Err(StartError::UnknownService(name.clone(), all.join(", ")));
            }
        }
    }
    let mut registry = Registry::default();
    for (name, open) in ROOMS {
        if wanted.is_none_or(|wanted| wanted.iter().any(|room| room == name)) {
            let room = open(house)
                .map_err(|error| StartError::Other(format!("the service {name}: {error:#}")))?;
            registry.add(room);
        }
    }
    if let Some((unknown, known)) = house.bounds.unknown() {
        return Err(StartError::UnknownLimit(unknown.join(", "), known.join(", ")));
    }
    Ok(registry)
}
