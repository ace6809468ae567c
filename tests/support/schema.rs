//! A value against a schema of ours.

use serde_json::Value;

/// Checks a value against the part of JSON Schema that ours is written in.
pub fn check(value: &Value, schema: &Value, root: &Value, at: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        let name = name.strip_prefix("#/$defs/").unwrap();
        check(value, &root["$defs"][name], root, at);
    }
    if let Some(kinds) = schema.get("type") {
        let is = |kind: &Value| match kind.as_str().unwrap() {
            "object" => value.is_object(),
            "array" => value.is_array(),
            "string" => value.is_string(),
            "integer" => value.is_u64(),
            "number" => value.is_number(),
            "boolean" => value.is_boolean(),
            "null" => value.is_null(),
            other => panic!("{other}"),
        };
        let fits = kinds
            .as_array()
            .map_or_else(|| is(kinds), |list| list.iter().any(is));
        assert!(fits, "{at} is {value}");
    }
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{at} is {value}");
    }
    if let (Some(least), Some(own)) = (schema["minimum"].as_f64(), value.as_f64()) {
        assert!(own >= least, "{at} is {value}");
    }
    if let (Some(most), Some(own)) = (schema["maximum"].as_f64(), value.as_f64()) {
        assert!(own <= most, "{at} is {value}");
    }
    if let Some(list) = value.as_array() {
        let count = |name: &str| schema[name].as_u64().map(|count| count as usize);
        assert!(
            count("minItems").is_none_or(|least| list.len() >= least),
            "{at}"
        );
        assert!(
            count("maxItems").is_none_or(|most| list.len() <= most),
            "{at}"
        );
        for (i, item) in list.iter().enumerate() {
            check(item, &schema["items"], root, &format!("{at}[{i}]"));
        }
    }
    if let Some(fields) = value
        .as_object()
        .filter(|_| schema.get("properties").is_some())
    {
        for name in schema["required"].as_array().unwrap() {
            assert!(
                fields.contains_key(name.as_str().unwrap()),
                "{at} lacks {name}"
            );
        }
        assert_eq!(schema["additionalProperties"], Value::Bool(false));
        for (name, field) in fields {
            let property = schema["properties"].get(name);
            let property = property.unwrap_or_else(|| panic!("{at}.{name} is in no schema"));
            check(field, property, root, &format!("{at}.{name}"));
        }
    }
}
