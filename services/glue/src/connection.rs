//! Connections: where a store of data is, and who asks it.
//!
//! Passwords lie sealed by the house's secret, or by a key of KMS where the catalog's settings name one:
//! whoever asks for such a password gets it sealed, or must be let use the key.
//!
//! <https://docs.aws.amazon.com/glue/latest/dg/glue-connections.html>

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use glue_api::{
    Connection, ConnectionInput, ConnectionStatus, ConnectionType, GetConnectionsFilter,
};
use platform::{Blob, Ctx, Fail, ReadTx, Result, Stored, WriteTx};

use crate::store::{CONNECTIONS, ConnectionRow, Password, TAGS};
use crate::{Glue, encryption, error};

/// The password among the properties, plain and sealed.
const PASSWORD: &str = "PASSWORD";
const ENCRYPTED: &str = "ENCRYPTED_PASSWORD";
/// Connections of an account in one region.
const CONNECTIONS_MAX: usize = 1_000;

pub(crate) fn find(tx: &ReadTx<'_>, name: &str) -> Result<ConnectionRow> {
    CONNECTIONS.get(tx, name)?.ok_or_else(|| error::no_connection(name))
}

/// Refuses another connection where there are too many.
pub(crate) fn check_room(tx: &ReadTx<'_>) -> Result<()> {
    match CONNECTIONS.scan(tx).keys().take(CONNECTIONS_MAX).count() {
        CONNECTIONS_MAX => Err(error::too_many_connections()),
        _ => Ok(()),
    }
}

pub(crate) fn delete(tx: &WriteTx<'_>, name: &str) -> Result<()> {
    TAGS.delete(tx, format!("connection/{name}").as_str())?;
    match CONNECTIONS.delete(tx, name)? {
        true => Ok(()),
        false => Err(error::no_connection(name)),
    }
}

/// A connection as it is kept.
///
/// # Errors
/// `InvalidInputException`; what KMS refuses.
pub(crate) async fn described(
    room: &Glue,
    ctx: &Ctx,
    input: ConnectionInput,
    old: Option<ConnectionRow>,
) -> Result<ConnectionRow> {
    check(&input)?;
    let mut properties = input.connection_properties;
    let plain = properties.remove(PASSWORD);
    let password = match plain {
        Some(plain) => Some(keep(room, ctx, &plain).await?),
        None => None,
    };
    let now = ctx.now();
    let connection = Connection {
        name: Some(input.name),
        description: input.description,
        connection_type: Some(input.connection_type),
        match_criteria: input.match_criteria,
        connection_properties: Some(properties),
        spark_properties: input.spark_properties,
        athena_properties: input.athena_properties,
        python_properties: input.python_properties,
        physical_connection_requirements: input.physical_connection_requirements,
        creation_time: old.and_then(|row| row.connection.0.creation_time).or(Some(now)),
        last_updated_time: Some(now),
        last_updated_by: Some(ctx.caller().display_name().to_owned()),
        status: Some(ConnectionStatus::Ready),
        connection_schema_version: Some(1),
        ..Connection::default()
    };
    Ok(ConnectionRow { connection: Stored(connection), password })
}

fn check(input: &ConnectionInput) -> Result<()> {
    if input.authentication_configuration.is_some() {
        return Err(error::absent("ConnectionInput.AuthenticationConfiguration"));
    }
    if input.validate_credentials == Some(true) {
        return Err(error::absent("ConnectionInput.ValidateCredentials"));
    }
    let has =
        |key: &str| input.connection_properties.keys().any(|own| own.eq_ignore_ascii_case(key));
    let needed: &[&str] = match input.connection_type {
        ConnectionType::Jdbc => &["JDBC_CONNECTION_URL"],
        ConnectionType::Mongodb => &["CONNECTION_URL"],
        ConnectionType::Kafka => &["KAFKA_BOOTSTRAP_SERVERS"],
        ConnectionType::Network => {
            let physical = input.physical_connection_requirements.as_ref();
            if physical.is_none_or(|physical| physical.subnet_id.is_none()) {
                return Err(error::invalid("A connection of type NETWORK needs a SubnetId."));
            }
            &[]
        }
        _ => &[],
    };
    if let Some(missing) = needed.iter().find(|key| !has(key)) {
        return Err(error::invalid(format!("Connection property {missing} is required.")));
    }
    let url = input.connection_properties.get("JDBC_CONNECTION_URL");
    if let Some(url) = url.filter(|url| !url.starts_with("jdbc:")) {
        return Err(error::invalid(format!("JDBC_CONNECTION_URL {url} is not valid.")));
    }
    if has("PASSWORD") && has("SECRET_ID") {
        return Err(error::invalid("A connection has either a PASSWORD or a SECRET_ID."));
    }
    Ok(())
}

/// A password, sealed by the key that the settings name, or by the house.
async fn keep(room: &Glue, ctx: &Ctx, plain: &str) -> Result<Password> {
    let settings = ctx.read(encryption::settings)?;
    let passwords = settings.connection_password_encryption.unwrap_or_default();
    match passwords.aws_kms_key_id {
        Some(key) if passwords.return_connection_password_encrypted => {
            let sealed = encryption::seal(ctx, &key, plain.as_bytes()).await?;
            Ok(Password::Kms(Blob(sealed.to_vec())))
        }
        _ => Ok(Password::House(Blob(room.sealing.seal(plain.as_bytes(), PASSWORD.as_bytes())))),
    }
}

/// A connection as clients read it.
///
/// # Errors
/// `GlueEncryptionException`: the caller may not use the key that the password is under.
pub(crate) async fn view(
    room: &Glue,
    ctx: &Ctx,
    row: ConnectionRow,
    hide: bool,
) -> Result<Connection> {
    let mut connection = row.connection.0;
    let Some(password) = row.password.filter(|_| !hide) else { return Ok(connection) };
    let settings = ctx.read(encryption::settings)?;
    let passwords = settings.connection_password_encryption.unwrap_or_default();
    let (key, value) = match password {
        Password::Kms(Blob(sealed)) if passwords.return_connection_password_encrypted => {
            (ENCRYPTED, STANDARD.encode(sealed))
        }
        Password::Kms(Blob(sealed)) => {
            (PASSWORD, text(encryption::open(ctx, sealed.into()).await?.to_vec())?)
        }
        Password::House(Blob(sealed)) => {
            let plain = room.sealing.open(&sealed, PASSWORD.as_bytes()).map_err(Fail::internal)?;
            (PASSWORD, text(plain)?)
        }
    };
    connection.connection_properties.get_or_insert_default().insert(key.to_owned(), value);
    Ok(connection)
}

fn text(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).map_err(Fail::internal)
}

/// Whether a filter selects a connection.
pub(crate) fn passes(connection: &Connection, filter: &GetConnectionsFilter) -> bool {
    let criteria = connection.match_criteria.as_deref().unwrap_or_default();
    let wanted = filter.match_criteria.as_deref().unwrap_or_default();
    filter.connection_type.is_none_or(|kind| connection.connection_type == Some(kind))
        && wanted.iter().all(|one| criteria.contains(one))
        && filter
            .connection_schema_version
            .is_none_or(|version| connection.connection_schema_version == Some(version))
}
