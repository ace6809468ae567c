//! Names of those who wrote an article, as formats and pages give them.

/// Bytes beyond which what stands in the place of an author is none.
const LONGEST: usize = 1000;

/// The names one behind the other, each once; none where there is none.
pub(super) fn names<S: AsRef<str>>(given: impl IntoIterator<Item = S>) -> Option<String> {
    let mut names: Vec<String> = Vec::new();
    let mut bytes = 0;
    for given in given {
        let name = name(given.as_ref());
        if !name.is_empty() && !names.contains(&name) {
            bytes += name.len() + 2;
            names.push(name);
        }
        if bytes > LONGEST {
            return None;
        }
    }
    (!names.is_empty()).then(|| names.join(", "))
}

/// A name on one line without the "By" of a byline; empty for an address of a page.
fn name(given: &str) -> String {
    const BY: [&str; 7] = ["by ", "von ", "par ", "por ", "door ", "av ", "by: "];
    let words: Vec<&str> = given.split_whitespace().take(LONGEST).collect();
    let line = words.join(" ");
    if line.contains("://") {
        return String::new();
    }
    // "von" begins a name too; a name in capitals is how a byline is set.
    let is_by = |by: &&&str| {
        let head = line.get(..by.len());
        let lowered = by.starts_with("by") || line.starts_with(char::is_uppercase);
        lowered && head.is_some_and(|head| head.eq_ignore_ascii_case(by))
    };
    let by = BY.iter().rev().find(is_by).map_or(0, |by| by.len());
    line.get(by..).unwrap_or_default().trim().to_owned()
}

/// The name in `mail@host (Name)` or `Name <mail@host>`, or what is given.
pub(super) fn of_mailbox(given: &str) -> &str {
    let inner = given
        .split_once('(')
        .and_then(|(_, name)| name.split_once(')'));
    let (before, angle) = given.split_once('<').unwrap_or((given, ""));
    match inner {
        Some((name, _)) if given.contains('@') && !name.trim().is_empty() => name,
        _ if angle.contains('@') && !before.trim().is_empty() => before,
        _ => given,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bylines_and_lists() {
        let of = |given: &[&str]| names(given).unwrap_or_default();
        assert_eq!(
            of(&["By Ann\n Hart", "ann hart", "Jo Ek", "Jo Ek"]),
            "Ann Hart, ann hart, Jo Ek"
        );
        assert_eq!(of(&["BY ANN HART"]), "ANN HART");
        assert_eq!(of(&["Von Uwe Berg", "von Arnim"]), "Uwe Berg, von Arnim");
        assert_eq!(of(&["https://a.example/ann", " "]), "");
        assert_eq!(of(&["Byron Lee"]), "Byron Lee");
        assert_eq!(of(&[&"x".repeat(1001)]), "");
    }

    #[test]
    fn mailboxes() {
        assert_eq!(of_mailbox("ann@a.example (Ann Hart)"), "Ann Hart");
        assert_eq!(of_mailbox("Ann Hart <ann@a.example>").trim(), "Ann Hart");
        assert_eq!(of_mailbox("Ann Hart (Orme)"), "Ann Hart (Orme)");
        assert_eq!(of_mailbox("ann@a.example"), "ann@a.example");
    }
}
