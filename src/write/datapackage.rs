//! `datapackage.json`: names and types of all columns (Frictionless Data Package 1).

use serde_json::{Value, json};

use super::table::{Column, Table, Type, carried_name};
use crate::trace::Trace;

/// The description of `tables`.
pub(super) fn describe(tables: &[Box<dyn Table>], trace: &Trace) -> Value {
    let resources: Vec<Value> = tables
        .iter()
        .map(|table| resource(table.as_ref(), trace))
        .collect();
    json!({
        "profile": "tabular-data-package",
        "name": "wirecopy-trace",
        "title": "Groups of republished articles, their changes and their lineage",
        "resources": resources,
    })
}

fn resource(table: &dyn Table, trace: &Trace) -> Value {
    let carried = table.carried(trace).iter().map(|path| {
        let meaning = format!("`{}` of its record, as written there", path.typed());
        json!({ "name": carried_name(path), "type": "string", "description": meaning })
    });
    let fields = table.columns().iter().map(field);
    let fields: Vec<Value> = fields.chain(carried).collect();
    json!({
        "profile": "tabular-data-resource",
        "name": table.file().trim_end_matches(".csv"),
        "path": table.file(),
        "description": table.meaning(),
        "encoding": "utf-8",
        "dialect": { "delimiter": ",", "lineTerminator": "\r\n", "header": true },
        "schema": { "fields": fields, "missingValues": [""] },
    })
}

fn field(column: &Column) -> Value {
    // Dates may be days or times, which no single Frictionless type covers.
    let kind = match column.kind {
        Type::Id | Type::Text | Type::Code | Type::Date => "string",
        Type::Integer => "integer",
        Type::Number => "number",
        Type::Boolean => "boolean",
    };
    json!({ "name": column.name, "type": kind, "description": column.meaning })
}
