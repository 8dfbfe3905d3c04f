//! Custom classifiers.

mod create_classifier;
mod delete_classifier;
mod get_classifier;
mod get_classifiers;
mod update_classifier;

use glue_api::{
    Classifier, CreateClassifierInput, CsvClassifier, GrokClassifier, JsonClassifier,
    UpdateClassifierInput, XMLClassifier,
};
use platform::{Result, ServiceBuilder, Timestamp};

use crate::Glue;
use crate::error;

pub(super) fn register(room: ServiceBuilder<Glue>) -> ServiceBuilder<Glue> {
    room.op::<glue_api::CreateClassifier>()
        .op::<glue_api::DeleteClassifier>()
        .op::<glue_api::GetClassifier>()
        .op::<glue_api::GetClassifiers>()
        .op::<glue_api::UpdateClassifier>()
}

/// A definition as it is kept.
fn created(input: CreateClassifierInput) -> Result<Classifier> {
    let csv = input.csv_classifier.map(|csv| CsvClassifier {
        name: csv.name,
        delimiter: csv.delimiter,
        quote_symbol: csv.quote_symbol,
        contains_header: csv.contains_header,
        header: csv.header,
        allow_single_column: csv.allow_single_column,
        disable_value_trimming: csv.disable_value_trimming,
        custom_datatype_configured: csv.custom_datatype_configured,
        custom_datatypes: csv.custom_datatypes,
        serde: csv.serde,
        ..CsvClassifier::default()
    });
    let json = input.json_classifier.map(|json| JsonClassifier {
        name: json.name,
        json_path: json.json_path,
        ..JsonClassifier::default()
    });
    let grok = input.grok_classifier.map(|grok| GrokClassifier {
        name: grok.name,
        classification: grok.classification,
        grok_pattern: grok.grok_pattern,
        custom_patterns: grok.custom_patterns,
        ..GrokClassifier::default()
    });
    let xml = input.xml_classifier.map(|xml| XMLClassifier {
        name: xml.name,
        classification: xml.classification,
        row_tag: xml.row_tag,
        ..XMLClassifier::default()
    });
    let given = [csv.is_some(), json.is_some(), grok.is_some(), xml.is_some()];
    if given.into_iter().filter(|given| *given).count() != 1 {
        return Err(error::invalid("Exactly one kind of classifier must be given."));
    }
    Ok(Classifier {
        csv_classifier: csv,
        json_classifier: json,
        grok_classifier: grok,
        xml_classifier: xml,
    })
}

/// Which classifier an update means.
fn updated_name(input: &UpdateClassifierInput) -> Result<&str> {
    let names = [
        input.csv_classifier.as_ref().map(|csv| csv.name.as_str()),
        input.json_classifier.as_ref().map(|json| json.name.as_str()),
        input.grok_classifier.as_ref().map(|grok| grok.name.as_str()),
        input.xml_classifier.as_ref().map(|xml| xml.name.as_str()),
    ];
    let mut given = names.into_iter().flatten();
    match (given.next(), given.next()) {
        (Some(name), None) => Ok(name),
        _ => Err(error::invalid("Exactly one kind of classifier must be given.")),
    }
}

/// Changes what an update gives.
fn update(defined: &mut Classifier, input: UpdateClassifierInput) -> Result<()> {
    let other_kind = || error::invalid("The kind of a classifier cannot be changed.");
    if let Some(new) = input.csv_classifier {
        let csv = defined.csv_classifier.as_mut().ok_or_else(other_kind)?;
        csv.delimiter = new.delimiter.or(csv.delimiter.take());
        csv.quote_symbol = new.quote_symbol.or(csv.quote_symbol.take());
        csv.contains_header = new.contains_header.or(csv.contains_header);
        csv.header = new.header.or(csv.header.take());
        csv.allow_single_column = new.allow_single_column.or(csv.allow_single_column);
        csv.disable_value_trimming = new.disable_value_trimming.or(csv.disable_value_trimming);
        csv.custom_datatype_configured =
            new.custom_datatype_configured.or(csv.custom_datatype_configured);
        csv.custom_datatypes = new.custom_datatypes.or(csv.custom_datatypes.take());
        csv.serde = new.serde.or(csv.serde);
    }
    if let Some(new) = input.json_classifier {
        let json = defined.json_classifier.as_mut().ok_or_else(other_kind)?;
        json.json_path = new.json_path.unwrap_or(std::mem::take(&mut json.json_path));
    }
    if let Some(new) = input.grok_classifier {
        let grok = defined.grok_classifier.as_mut().ok_or_else(other_kind)?;
        let keep =
            |new: Option<String>, old: &mut String| *old = new.unwrap_or(std::mem::take(old));
        keep(new.classification, &mut grok.classification);
        keep(new.grok_pattern, &mut grok.grok_pattern);
        grok.custom_patterns = new.custom_patterns.or(grok.custom_patterns.take());
    }
    if let Some(new) = input.xml_classifier {
        let xml = defined.xml_classifier.as_mut().ok_or_else(other_kind)?;
        xml.classification = new.classification.unwrap_or(std::mem::take(&mut xml.classification));
        xml.row_tag = new.row_tag.or(xml.row_tag.take());
    }
    Ok(())
}

/// Notes when a classifier was made or changed, and counts its versions.
fn stamp(defined: &mut Classifier, now: Timestamp, changed: Option<Timestamp>) {
    if let Some(csv) = &mut defined.csv_classifier {
        csv.creation_time.get_or_insert(now);
        csv.last_updated = Some(changed.unwrap_or(now));
        csv.version = Some(csv.version.map_or(1, |version| version + 1));
    }
    if let Some(json) = &mut defined.json_classifier {
        json.creation_time.get_or_insert(now);
        json.last_updated = Some(changed.unwrap_or(now));
        json.version = Some(json.version.map_or(1, |version| version + 1));
    }
    if let Some(grok) = &mut defined.grok_classifier {
        grok.creation_time.get_or_insert(now);
        grok.last_updated = Some(changed.unwrap_or(now));
        grok.version = Some(grok.version.map_or(1, |version| version + 1));
    }
    if let Some(xml) = &mut defined.xml_classifier {
        xml.creation_time.get_or_insert(now);
        xml.last_updated = Some(changed.unwrap_or(now));
        xml.version = Some(xml.version.map_or(1, |version| version + 1));
    }
}
