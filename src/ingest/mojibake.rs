//! UTF-8 that was read as windows-1252 and written as UTF-8 once more: `cafÃ©` for `café`.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;

/// Sequences that must come right, so that an article about the matter stays as it is.
const LEAST: usize = 3;

/// The text as it was meant, where that is certain: every character beyond ASCII belongs to
/// a byte of UTF-8, all of them together are valid, and what comes out is letters and marks.
pub(super) fn undone(text: &str) -> Option<String> {
    // The first byte of what most letters and marks become: Ã, â, Ð, Ñ and their like.
    memchr::memchr(0xc3, text.as_bytes())?;
    let signs = ['Ã', 'Â', 'â', 'Ð', 'Ñ', 'Å', 'Ä'];
    if text
        .chars()
        .filter(|c| signs.contains(c))
        .take(LEAST)
        .count()
        < LEAST
    {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        bytes.push(byte(c)?);
    }
    let meant = String::from_utf8(bytes).ok()?;
    let mut beyond = meant.chars().filter(|c| !c.is_ascii());
    let sound = beyond.clone().all(|c| {
        c.is_alphabetic()
            || matches!(c, '\u{a0}' | '\u{ab}' | '\u{bb}' | '\u{b0}' | '\u{b7}')
            || matches!(c, '\u{2010}'..='\u{2026}' | '\u{2030}'..='\u{203a}' | '\u{20ac}')
    });
    let enough = beyond.by_ref().take(LEAST).count() >= LEAST;
    (sound && enough).then_some(meant)
}

/// The byte that windows-1252 reads as `c`; those that it leaves open are read as they are.
fn byte(c: char) -> Option<u8> {
    match c {
        '\0'..='\x7f' | '\u{a0}'..='\u{ff}' => u8::try_from(u32::from(c)).ok(),
        '\u{81}' | '\u{8d}' | '\u{8f}' | '\u{90}' | '\u{9d}' => u8::try_from(u32::from(c)).ok(),
        _ => {
            let mut buffer = [0; 4];
            let (bytes, _, lossy) = WINDOWS_1252.encode(c.encode_utf8(&mut buffer));
            match (bytes, lossy) {
                (Cow::Borrowed([byte]), false) => Some(*byte),
                (Cow::Owned(bytes), false) if bytes.len() == 1 => bytes.first().copied(),
                _ => None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoiled(text: &str) -> String {
        let bytes = text.bytes().map(|byte| {
            let bytes = [byte];
            let (read, _, _) = WINDOWS_1252.decode(&bytes);
            read.into_owned()
        });
        bytes.collect()
    }

    #[test]
    fn only_what_is_certain_is_undone() {
        for text in [
            "Le café est à côté, dit-elle à l’été.",
            "Правительство сообщило о новых мерах.",
            "“Größe” – läßt",
        ] {
            assert_eq!(undone(&spoiled(text)).as_deref(), Some(text));
            assert_eq!(undone(text), None);
        }
        // One sound letter among them, or too few of them.
        assert_eq!(undone(&format!("{} é", spoiled("é é é é"))), None);
        assert_eq!(undone("They wrote Ã© for it."), None);
        assert_eq!(undone("NÃO, NÃO, NÃO"), None);
    }
}
