//! The words that schemas are written with here.

use serde_json::Value;
use utoipa::Number;
use utoipa::openapi::schema::{
    AdditionalProperties, AnyOfBuilder, ArrayBuilder, ObjectBuilder, SchemaType, Type,
};
use utoipa::openapi::{Ref, RefOr, Schema};

/// A schema, or where one stands.
pub(super) type Piece = RefOr<Schema>;

/// A schema that stands among the components.
pub(super) fn named(name: &str) -> Piece {
    Ref::from_schema_name(name).into()
}

/// Values of one type.
pub(super) fn of(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(kind)
}

/// Texts.
pub(super) fn text() -> ObjectBuilder {
    of(Type::String)
}

/// Texts that a pattern describes.
pub(super) fn like(pattern: &str) -> ObjectBuilder {
    text().pattern(Some(pattern))
}

/// One of some texts.
pub(super) fn choice<'t>(texts: impl IntoIterator<Item = &'t str>) -> ObjectBuilder {
    text().enum_values(Some(texts.into_iter().map(Value::from)))
}

/// Whole numbers from 0 on.
pub(super) fn count() -> ObjectBuilder {
    of(Type::Integer).minimum(Some(Number::UInt(0)))
}

/// Numbers.
pub(super) fn number() -> ObjectBuilder {
    of(Type::Number)
}

/// Probabilities.
pub(super) fn share() -> ObjectBuilder {
    number()
        .minimum(Some(Number::UInt(0)))
        .maximum(Some(Number::UInt(1)))
}

/// Moments, as RFC 3339 writes them.
pub(super) fn moment() -> ObjectBuilder {
    text().examples(["2026-11-26T08:30:00Z"])
}

/// Bytes of a file.
pub(super) fn file() -> ObjectBuilder {
    text().content_media_type("application/octet-stream")
}

/// Values of a type, or null.
pub(super) fn or_null(kind: Type) -> ObjectBuilder {
    let kinds: SchemaType = [kind, Type::Null].into_iter().collect();
    ObjectBuilder::new().schema_type(kinds)
}

/// Values of several types.
pub(super) fn of_any(kinds: impl IntoIterator<Item = Type>) -> ObjectBuilder {
    let kinds: SchemaType = kinds.into_iter().collect();
    ObjectBuilder::new().schema_type(kinds)
}

/// Lists of something.
pub(super) fn list(item: impl Into<Piece>) -> ArrayBuilder {
    ArrayBuilder::new().items(item.into())
}

/// What one of several schemas describes.
pub(super) fn any(pieces: impl IntoIterator<Item = Piece>) -> AnyOfBuilder {
    let empty = AnyOfBuilder::new();
    pieces.into_iter().fold(empty, AnyOfBuilder::item)
}

/// A schema, or null.
pub(super) fn nullable(piece: impl Into<Piece>) -> Piece {
    any([piece.into(), of(Type::Null).into()]).into()
}

/// Objects with these fields; one whose name ends with `?` may be left out.
pub(super) fn record<P: Into<Piece>>(
    fields: impl IntoIterator<Item = (&'static str, P)>,
) -> ObjectBuilder {
    let empty = ObjectBuilder::new();
    fields.into_iter().fold(empty, |object, (name, piece)| {
        match name.strip_suffix('?') {
            Some(name) => object.property(name, piece),
            None => object.property(name, piece).required(name),
        }
    })
}

/// Lets nothing into an object but its fields.
pub(super) fn closed(object: ObjectBuilder) -> ObjectBuilder {
    object.additional_properties(Some(AdditionalProperties::FreeForm(false)))
}

/// Says what a schema describes.
pub(super) fn told(object: ObjectBuilder, description: &str) -> Piece {
    object.description(Some(description)).into()
}
