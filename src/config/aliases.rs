//! Other names of sources: `--aliases FILE` and the table that comes with the program.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::Error;

/// A source with its other names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alias {
    /// Its name.
    pub name: String,
    /// Other names, initials and domains.
    pub also: Vec<String>,
}

/// Reads lines of `Name = alias, alias, domain.example`; `#` begins a comment.
///
/// A name in capitals of up to five letters counts only as written. A `~` before a
/// name says that it is a common word as well: it then counts in datelines and
/// credits only, never within a story.
///
/// # Errors
/// A line without `=`, an empty name, or one name for two sources, with the line.
///
/// # Examples
/// ```
/// use wirecopy::config::aliases;
/// let read = aliases("Tarnwire = TNW, Tarn Wire Service, tarnwire.example # since 2029")?;
/// assert_eq!(read[0].also, ["TNW", "Tarn Wire Service", "tarnwire.example"]);
/// let wrong = aliases("Tarnwire = TNW\nThe Narrows Weekly = TNW").unwrap_err();
/// assert!(wrong.to_string().contains("line 2"));
/// # Ok::<(), wirecopy::error::Error>(())
/// ```
pub fn aliases(text: &str) -> Result<Vec<Alias>, Error> {
    let (mut read, mut owners) = (Vec::new(), BTreeMap::new());
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.split('#').next().unwrap_or("").trim();
        if line.is_empty() {
            continue;
        }
        let wrong = |what: String| {
            Err(Error::setting(
                "--aliases",
                format!("line {number}: {what}"),
            ))
        };
        let Some((name, also)) = line.split_once('=') else {
            return wrong(format!(
                "{line:?} has no `=`; write `Name = alias, alias, domain.example`"
            ));
        };
        let name = name.trim();
        let also: Vec<String> = also
            .split([',', '،', '、'])
            .map(|alias| alias.trim().to_string())
            .filter(|alias| !alias.is_empty())
            .collect();
        if bare(name).is_empty() {
            return wrong("the source has no name; write it before the `=`".to_string());
        }
        for alias in std::iter::once(name).chain(also.iter().map(String::as_str)) {
            if !alias.chars().any(char::is_alphanumeric) {
                return wrong(format!("{alias:?} is no name; leave it out"));
            }
            let owner = owners.entry(bare(alias).to_lowercase());
            let (line, owner) = owner.or_insert((number, name.to_string()));
            if owner != name {
                return wrong(format!(
                    "{alias:?} is a name of {owner:?} as well (line {line}); a name can stand for one source only"
                ));
            }
        }
        read.push(Alias {
            name: name.to_string(),
            also,
        });
    }
    Ok(read)
}

/// An alias without the mark of a common word.
fn bare(alias: &str) -> &str {
    alias.strip_prefix('~').unwrap_or(alias).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let wrong = |text: &str| aliases(text).unwrap_err().to_string();
        assert!(
            wrong("\n# names\nTarnwire TNW")
                .starts_with("--aliases: line 3: \"Tarnwire TNW\" has no `=`")
        );
        assert!(wrong(" = TNW").contains("line 1: the source has no name"));
        assert!(wrong("A = --").contains("\"--\" is no name"));
        let twice = wrong("Tarnwire = TNW\n\nLedger = ~tnw");
        assert!(
            twice.contains("line 3") && twice.contains("\"Tarnwire\" as well (line 1)"),
            "{twice}"
        );
        assert!(aliases("Tarnwire = tnw, TNW\nTarnwire = Tarn").is_ok());
        assert_eq!(aliases("# nothing\r\n\r\n").unwrap(), []);
    }
}
