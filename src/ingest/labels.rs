//! Encodings by the names that people and programs give them.

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GB18030, GBK, MACINTOSH, SHIFT_JIS, UTF_8, WINDOWS_1252, X_MAC_CYRILLIC,
};

/// The encoding of a name: by the labels of the web, else by the names of other systems.
pub(super) fn encoding(label: &str) -> Option<&'static Encoding> {
    let label = label.trim();
    Encoding::for_label(label.as_bytes()).or_else(|| other(label))
}

/// Names that browsers do not know. Of their capitals and marks nobody is sure.
fn other(label: &str) -> Option<&'static Encoding> {
    const LONGEST: usize = 40;
    if label.len() > LONGEST {
        return None;
    }
    let mut name: String = label.chars().filter(char::is_ascii_alphanumeric).collect();
    name.make_ascii_lowercase();
    let number = |prefixes: &[&str]| {
        let rest = prefixes.iter().find_map(|prefix| name.strip_prefix(prefix));
        rest.and_then(|rest| rest.parse::<u16>().ok())
    };
    if let Some(page) = number(&["windows", "win", "cp", "codepage", "ibm", "ms", "xcp"]) {
        return match page {
            866 | 874 | 1250..=1258 => {
                let known = match page {
                    866 => "ibm866".to_owned(),
                    page => format!("windows-{page}"),
                };
                Encoding::for_label(known.as_bytes())
            }
            932 | 943 => Some(SHIFT_JIS),
            936 => Some(GBK),
            949 => Some(EUC_KR),
            950 => Some(BIG5),
            54936 => Some(GB18030),
            65001 => Some(UTF_8),
            28591..=28606 => {
                let part = page - 28590;
                Encoding::for_label(format!("iso-8859-{part}").as_bytes())
            }
            _ => None,
        };
    }
    match name.as_str() {
        "maccyrillic" | "xmacukrainian" | "macukraine" => Some(X_MAC_CYRILLIC),
        "macroman" | "xmacroman" | "applemacintosh" => Some(MACINTOSH),
        "utf8mb4" | "utf8bom" | "utf8sig" => Some(UTF_8),
        "ansi" | "westerneuropean" => Some(WINDOWS_1252),
        "uhc" | "ksc5601" => Some(EUC_KR),
        "big5eten" => Some(BIG5),
        _ => match number(&["iso8859", "8859"]) {
            Some(part) => Encoding::for_label(format!("iso-8859-{part}").as_bytes()),
            None => spelled(&name),
        },
    }
}

/// A label of the web that was written with other marks.
fn spelled(name: &str) -> Option<&'static Encoding> {
    let known = [
        ("utf8", "utf-8"),
        ("eucjp", "euc-jp"),
        ("euckr", "euc-kr"),
        ("shiftjis", "shift_jis"),
        ("koi8r", "koi8-r"),
        ("koi8u", "koi8-u"),
        ("iso2022jp", "iso-2022-jp"),
        ("big5hkscs", "big5-hkscs"),
        ("tis620", "tis-620"),
    ];
    let (_, label) = known.into_iter().find(|(spelled, _)| *spelled == name)?;
    Encoding::for_label(label.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_many_systems() {
        for (label, name) in [
            ("ISO-8859-1", "windows-1252"),
            (" utf8 ", "UTF-8"),
            ("utf_8", "UTF-8"),
            ("MacCyrillic", "x-mac-cyrillic"),
            ("mac_roman", "macintosh"),
            ("Win-1251", "windows-1251"),
            ("windows1250", "windows-1250"),
            ("cp936", "GBK"),
            ("CP932", "Shift_JIS"),
            ("cp949", "EUC-KR"),
            ("cp-866", "IBM866"),
            ("8859_2", "ISO-8859-2"),
            ("CP28605", "ISO-8859-15"),
            ("euc_kr", "EUC-KR"),
            ("cp65001", "UTF-8"),
        ] {
            assert_eq!(encoding(label).map(Encoding::name), Some(name), "{label}");
        }
        for unknown in ["", "nonsense", "cp855", "cp", "windows-99999", "8859", "é"] {
            assert_eq!(encoding(unknown), None, "{unknown}");
        }
    }
}
