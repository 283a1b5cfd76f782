//! JSON held against a schema of `tests/schemas/`.

use jsonschema::Validator;
use serde_json::Value;

/// The schema of this name.
#[track_caller]
pub fn schema(name: &str) -> Validator {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schemas");
    let text = std::fs::read_to_string(format!("{folder}/{name}.schema.json")).expect("a schema");
    let schema = serde_json::from_str(&text).expect("a schema is JSON");
    jsonschema::meta::validate(&schema).expect("a schema is valid itself");
    jsonschema::validator_for(&schema).expect("a schema is valid")
}

/// `value` is as `schema` wants it.
#[track_caller]
pub fn accepts(schema: &Validator, value: &Value) {
    let errors: Vec<_> = schema.iter_errors(value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{value:#}");
}

/// `schema` refuses `good` as soon as any of these has been put at its place in it.
#[track_caller]
pub fn refuses_each(schema: &Validator, good: &Value, wrong: &[(&str, Value)]) {
    accepts(schema, good);
    for (place, value) in wrong {
        let (parent, key) = place.rsplit_once('/').expect("a place begins with a slash");
        let mut bad = good.clone();
        match bad.pointer_mut(parent) {
            Some(Value::Object(fields)) => fields.insert(key.to_owned(), value.clone()),
            other => panic!("{parent} is {other:?}"),
        };
        assert!(!schema.is_valid(&bad), "{value} is taken at {place}");
    }
}

/// `schema` refuses `good` without any of these.
#[track_caller]
pub fn needs_each(schema: &Validator, good: &Value, fields: &[&str]) {
    accepts(schema, good);
    for field in fields {
        let mut bad = good.clone();
        bad.as_object_mut().expect("an object").remove(*field).expect("it is there");
        assert!(!schema.is_valid(&bad), "{field} is not missed");
    }
}
