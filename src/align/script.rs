//! The edit script: what to copy from a and what to write anew, to get b.

use std::ops::Range;

use super::{Alignment, PreparedText};

/// One step of an edit script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditOp<'t> {
    /// Copy these bytes of a.
    Copy(Range<usize>),
    /// Write this text.
    Insert(&'t str),
}

/// The steps that turn a into b, byte for byte.
///
/// Matched words are copied with the characters after them where those agree;
/// a word that is matched but typed otherwise (in capitals, say) is written.
/// Cost: one pass over b.
pub fn edit_script<'t>(
    a: &PreparedText<'_>,
    b: &PreparedText<'t>,
    alignment: &Alignment,
) -> Vec<EditOp<'t>> {
    let mut writer = ScriptWriter {
        text: b.text,
        ops: Vec::new(),
        inserted: 0..0,
    };
    let piece = |text: &PreparedText<'_>, token: usize| {
        let tokens = text.normalised.tokens();
        let start = tokens
            .get(token)
            .map_or(text.text.len(), |t| t.start as usize);
        let end = tokens
            .get(token + 1)
            .map_or(text.text.len(), |t| t.start as usize);
        start..end
    };
    let first = piece(b, 0).start;
    writer.write(0..first, None);
    for (token, partner) in alignment.b.partners().enumerate() {
        let to = piece(b, token);
        let Some(partner) = partner else {
            writer.write(to, None);
            continue;
        };
        let from = piece(a, partner);
        if a.text[from.clone()] == b.text[to.clone()] {
            writer.write(to, Some(from.start));
            continue;
        }
        let word_end = |text: &PreparedText<'_>, token: usize, range: &Range<usize>| {
            let end = text
                .normalised
                .tokens()
                .get(token)
                .map_or(0, |t| t.end as usize);
            range.start..end.clamp(range.start, range.end)
        };
        let (source, target) = (word_end(a, partner, &from), word_end(b, token, &to));
        let copied = a.text[source.clone()] == b.text[target.clone()];
        writer.write(target.clone(), copied.then_some(source.start));
        writer.write(target.end..to.end, None);
    }
    writer.flush();
    writer.ops
}

/// Joins neighbouring steps of one kind.
struct ScriptWriter<'t> {
    text: &'t str,
    ops: Vec<EditOp<'t>>,
    /// Bytes of b that wait to be inserted.
    inserted: Range<usize>,
}

impl ScriptWriter<'_> {
    /// Produces `target` of b, by copying from `source` in a where given.
    fn write(&mut self, target: Range<usize>, source: Option<usize>) {
        if target.is_empty() {
            return;
        }
        let Some(source) = source else {
            if self.inserted.is_empty() {
                self.inserted.start = target.start;
            }
            self.inserted.end = target.end;
            return;
        };
        self.flush();
        match self.ops.last_mut() {
            Some(EditOp::Copy(last)) if last.end == source => last.end = source + target.len(),
            _ => self.ops.push(EditOp::Copy(source..source + target.len())),
        }
    }

    fn flush(&mut self) {
        if !self.inserted.is_empty() {
            self.ops
                .push(EditOp::Insert(&self.text[self.inserted.clone()]));
        }
        self.inserted = 0..0;
    }
}

/// Applies an edit script to the text it was made for.
pub fn apply(a: &str, script: &[EditOp<'_>]) -> String {
    script
        .iter()
        .map(|op| match op {
            EditOp::Copy(range) => a.get(range.clone()).unwrap_or(""),
            EditOp::Insert(text) => text,
        })
        .collect()
}
