//! Custom classifiers: what clients define, checked and ready for use.

use std::sync::Arc;

use aquifer_formats::{CsvHints, Grok};
use glue_api::{
    Classifier as Defined, CsvClassifier, CsvHeaderOption, CsvSerdeOption, GrokClassifier,
};
use platform::{Ctx, Result};

use super::json_path::JsonPath;
use super::look::{Classifier, Elements, Lines, Serde};
use crate::error;
use crate::store::CLASSIFIERS;

/// A classifier's name.
pub(crate) fn name(classifier: &Defined) -> &str {
    let csv = classifier.csv_classifier.as_ref().map(|csv| csv.name.as_str());
    let json = classifier.json_classifier.as_ref().map(|json| json.name.as_str());
    let grok = classifier.grok_classifier.as_ref().map(|grok| grok.name.as_str());
    let xml = classifier.xml_classifier.as_ref().map(|xml| xml.name.as_str());
    csv.or(json).or(grok).or(xml).unwrap_or_default()
}

/// Checks a definition.
///
/// # Errors
/// AWS's refusal of what is wrong; 501 for what this room cannot do.
pub(crate) fn check(classifier: &Defined) -> Result<()> {
    ready(classifier).map(|_| ())
}

/// The classifiers of a crawler, in their order.
///
/// # Errors
/// If one of them is not there.
pub(crate) fn load(ctx: &Ctx, names: &[String]) -> Result<Vec<Classifier>> {
    ctx.read(|tx| {
        let mut classifiers = Vec::with_capacity(names.len());
        for name in names {
            let defined = CLASSIFIERS.get(tx, name)?.ok_or_else(|| error::no_classifier(name))?;
            classifiers.push(ready(&defined.0)?);
        }
        Ok(classifiers)
    })
}

fn ready(classifier: &Defined) -> Result<Classifier> {
    if let Some(grok) = &classifier.grok_classifier {
        return ready_grok(grok);
    }
    if let Some(xml) = &classifier.xml_classifier {
        let (tag, classification) = (xml.row_tag.clone(), xml.classification.clone());
        let tag = tag.filter(|tag| !tag.is_empty());
        let tag = tag.ok_or_else(|| error::absent("XMLClassifier without RowTag"))?;
        return Ok(Classifier::Elements(Arc::new(Elements { tag, classification })));
    }
    if let Some(json) = &classifier.json_classifier {
        let invalid = || error::invalid(format!("JsonPath {} is not supported.", json.json_path));
        let path = JsonPath::parse(&json.json_path).ok_or_else(invalid)?;
        return Ok(Classifier::Json { path });
    }
    match &classifier.csv_classifier {
        Some(csv) => ready_csv(csv),
        None => Err(error::invalid("Exactly one kind of classifier must be given.")),
    }
}

fn ready_grok(grok: &GrokClassifier) -> Result<Classifier> {
    let patterns = grok.custom_patterns.clone().filter(|own| !own.trim().is_empty());
    let own = patterns.as_deref().unwrap_or_default();
    let ready = Grok::new(&grok.grok_pattern, own)
        .map_err(|why| error::invalid(format!("The grok pattern cannot be used: {why}.")))?;
    Ok(Classifier::Lines(Arc::new(Lines {
        grok: ready,
        classification: grok.classification.clone(),
        expression: grok.grok_pattern.clone(),
        patterns,
    })))
}

fn ready_csv(csv: &CsvClassifier) -> Result<Classifier> {
    if csv.custom_datatype_configured == Some(true)
        || csv.custom_datatypes.as_ref().is_some_and(|types| !types.is_empty())
    {
        return Err(error::absent("CsvClassifier.CustomDatatypes"));
    }
    if csv.disable_value_trimming == Some(true) {
        return Err(error::absent("CsvClassifier.DisableValueTrimming"));
    }
    let delimiter = csv.delimiter.as_deref().map(|text| byte("Delimiter", text)).transpose()?;
    let quote = csv.quote_symbol.as_deref().map(|text| byte("QuoteSymbol", text)).transpose()?;
    if quote.is_some() && quote == delimiter {
        return Err(error::invalid("Delimiter and QuoteSymbol must be different."));
    }
    let header = match csv.contains_header {
        Some(CsvHeaderOption::Present) => Some(true),
        Some(CsvHeaderOption::Absent) => Some(false),
        Some(CsvHeaderOption::Unknown) | None => None,
    };
    let hints = CsvHints {
        delimiter,
        quote,
        header,
        columns: csv.header.clone().unwrap_or_default(),
        single_column: csv.allow_single_column == Some(true),
    };
    let serde = match csv.serde {
        None => Serde::Auto,
        Some(CsvSerdeOption::OpenCsvSerDe) => Serde::OpenCsv,
        Some(CsvSerdeOption::LazySimpleSerDe) => Serde::LazySimple,
        Some(CsvSerdeOption::None) => Serde::Bare,
    };
    Ok(Classifier::Csv { hints, serde })
}

/// Files are split byte by byte.
fn byte(what: &str, text: &str) -> Result<u8> {
    match text.as_bytes() {
        [byte] => Ok(*byte),
        _ => Err(error::absent(&format!("CsvClassifier.{what} beyond ASCII"))),
    }
}
