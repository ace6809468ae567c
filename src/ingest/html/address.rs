//! Addresses on a page: absolute, on which host, and whether two hosts are one site.

/// The host of an address with `http` or `https`, in lower case.
pub(super) fn host(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = host.split(':').next()?.trim_end_matches('.');
    host.contains('.').then(|| host.to_lowercase())
}

/// A host as an outlet is called by it.
pub(super) fn outlet(host: &str) -> &str {
    host.strip_prefix("www.").unwrap_or(host)
}

/// Whether two hosts belong to one site: one lies in the other, or both in one that is no
/// public suffix by its looks.
pub(super) fn same_site(a: &str, b: &str) -> bool {
    fn site(host: &str) -> String {
        let labels: Vec<&str> = host.split('.').collect();
        // `example.co.uk` has three labels of its own, `example.com` two.
        let last = labels.len().saturating_sub(2);
        let short = labels.get(last).is_some_and(|label| label.len() <= 3);
        let from = last.saturating_sub(usize::from(short && labels.len() > 2));
        labels.get(from..).unwrap_or_default().join(".")
    }
    let within = |inner: &str, outer: &str| {
        inner
            .strip_suffix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    };
    let (a, b) = (outlet(a), outlet(b));
    within(a, b) || within(b, a) || site(a) == site(b)
}

/// Whether a host only keeps copies of pages, so that the page's own word counts.
pub(super) fn keeps_copies(host: &str) -> bool {
    const KEEPERS: &[&str] = &[
        "ampproject.org",
        "archive.org",
        "googleusercontent.com",
        "archive.today",
        "archive.ph",
    ];
    KEEPERS.iter().any(|keeper| host.ends_with(keeper))
}

/// An address as the page means it, absolute; none where it is no web address.
pub(super) fn resolved(address: &str, base: Option<&str>) -> Option<String> {
    let address: String = address.trim().chars().filter(|c| !c.is_control()).collect();
    if host(&address).is_some() {
        return Some(address);
    }
    let base = base?;
    let host_name = host(base)?;
    let (scheme, rest) = base.split_once("://")?;
    if let Some(rest) = address.strip_prefix("//") {
        let whole = format!("{scheme}://{rest}");
        return host(&whole).map(|_| whole);
    }
    let has_scheme = address.find(':').is_some_and(|colon| {
        address
            .get(..colon)
            .is_some_and(|s| !s.contains(['/', '?', '#']))
    });
    if has_scheme || address.is_empty() || address.starts_with('#') {
        return None;
    }
    if address.starts_with('/') {
        return Some(format!("{scheme}://{host_name}{address}"));
    }
    let path = rest.split(['?', '#']).next()?;
    let folder = path.rsplit_once('/').map_or(path, |(folder, _)| folder);
    let mut folder: Vec<&str> = folder.split('/').collect();
    let mut address = address.as_str();
    loop {
        if let Some(rest) = address.strip_prefix("../") {
            address = rest;
            if folder.len() > 1 {
                folder.pop();
            }
        } else if let Some(rest) = address.strip_prefix("./") {
            address = rest;
        } else {
            break;
        }
    }
    Some(format!("{scheme}://{}/{address}", folder.join("/")))
}

/// The day in a path such as `/2031/04/03/`, as outlets write it.
pub(super) fn day(url: &str) -> Option<String> {
    let path = url.split_once("://")?.1.split(['?', '#']).next()?;
    let parts: Vec<&str> = path.split(['/', '-', '_']).collect();
    parts.windows(3).find_map(|three| {
        let [year, month, day] = three else {
            return None;
        };
        let number = |text: &str, len: usize| {
            (text.len() == len)
                .then(|| text.parse::<u32>().ok())
                .flatten()
        };
        let (y, m, d) = (number(year, 4)?, number(month, 2)?, number(day, 2)?);
        ((1990..2100).contains(&y) && (1..=12).contains(&m) && (1..=31).contains(&d))
            .then(|| format!("{year}-{month}-{day}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_addresses_become_absolute() {
        let base = Some("https://news.example.com/a/b?c#d");
        for (address, wanted) in [
            ("https://x.example/y", Some("https://x.example/y")),
            ("//x.example/y", Some("https://x.example/y")),
            ("/y", Some("https://news.example.com/y")),
            ("y", Some("https://news.example.com/a/y")),
            ("../y", Some("https://news.example.com/y")),
            ("../../../y", Some("https://news.example.com/y")),
            ("./y", Some("https://news.example.com/a/y")),
            ("javascript:alert(1)", None),
            ("#top", None),
            ("", None),
        ] {
            assert_eq!(resolved(address, base).as_deref(), wanted, "{address}");
        }
        assert_eq!(resolved("y", None), None);
        assert_eq!(resolved("ftp://x.example/y", base), None);
    }

    #[test]
    fn hosts_of_one_site() {
        for (a, b, wanted) in [
            ("www.example.com", "example.com", true),
            ("amp.example.com", "www.example.com", true),
            ("a.example.co.uk", "b.example.co.uk", true),
            ("a.co.uk", "b.co.uk", false),
            ("example.com", "example.org", false),
            ("badexample.com", "example.com", false),
        ] {
            assert_eq!(same_site(a, b), wanted, "{a} {b}");
        }
        assert_eq!(
            host("https://u:p@Www.Example.com:81/x").as_deref(),
            Some("www.example.com")
        );
        assert_eq!(host("file:///x"), None);
    }

    #[test]
    fn days_in_paths() {
        assert_eq!(
            day("https://a.example/2031/04/03/x").as_deref(),
            Some("2031-04-03")
        );
        assert_eq!(day("https://a.example/x-2031-04-03.html?2030/01/01"), None);
        assert_eq!(
            day("https://a.example/x-2031-04-03/").as_deref(),
            Some("2031-04-03")
        );
        assert_eq!(day("https://a.example/2031/44/03/x"), None);
    }
}
