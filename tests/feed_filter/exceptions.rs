//! Items that `--never` leaves alone.

use super::made::{Form, feed, mixed, story};
use crate::{filter, shown};

#[test]
fn exceptions_are_left_alone() {
    let (items, _) = mixed();
    let folder = tempfile::tempdir().unwrap();
    let never = folder.path().join("never.txt");
    let file = never.to_str().unwrap();
    let whole = feed(Form::Rss, &items, "utf-8", "");
    std::fs::write(&never, "# ours\nc.example # both copies\n").unwrap();
    let (out, said, _) = filter(&["--never", file], whole.as_bytes());
    assert_eq!(shown(&out), whole);
    assert_eq!(said, "6 items of a feed: 0 copies removed\n");
    let marked = shown(&filter(&["--never", file, "--annotate"], whole.as_bytes()).0);
    assert_eq!(marked.matches("urn:wirecopy:outcome").count(), 1);
    // The feed's own address.
    std::fs::write(&never, "https://all.example/feed\n").unwrap();
    assert_eq!(
        shown(&filter(&["--never", file], whole.as_bytes()).0),
        whole
    );
    std::fs::write(&never, "all\n").unwrap();
    assert_eq!(
        shown(&filter(&["--never", file], whole.as_bytes()).0),
        whole
    );
    std::fs::write(&never, "other.example\n").unwrap();
    assert!(shown(&filter(&["--never", file], whole.as_bytes()).0) != whole);
}

/// By what an item says that it is from, in every way in which feeds say it.
#[test]
fn exceptions_by_the_source_of_an_item() {
    let folder = tempfile::tempdir().unwrap();
    let never = folder.path().join("never.txt");
    std::fs::write(&never, "wire.example\n").unwrap();
    let flags = ["--never", never.to_str().unwrap()];
    let rss = |source: &str| {
        let item = |id: usize, more: &str| {
            format!(
                "<item><guid>{id}</guid>{more}<description>{}</description></item>",
                story(1)
            )
        };
        format!(
            "<rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\"><channel><title>All</title>{}{}</channel></rss>",
            item(1, ""),
            item(2, source)
        )
    };
    let atom = |source: &str| {
        let entry = |id: usize, more: &str| {
            format!(
                "<entry><id>urn:x:{id}</id><title>T</title>{more}<content>{}</content></entry>",
                story(1)
            )
        };
        format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>All</title>{}{}</feed>",
            entry(1, ""),
            entry(2, source)
        )
    };
    let json = |more: &str| {
        format!(
            "{{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"All\",\"items\":[{{\"id\":\"1\",\"content_text\":\"{0}\"}},{{\"id\":\"2\"{more},\"content_text\":\"{0}\"}}]}}",
            story(1)
        )
    };
    let excepted = [
        rss("<source url=\"https://wire.example/feed\">The Wire</source>"),
        rss("<atom:source><atom:id>https://www.wire.example/</atom:id></atom:source>"),
        atom("<source><id>tag:wire.example,2005:feed</id></source>"),
        atom(
            "<source><title>W</title><link rel=\"self\" href=\"https://live.wire.example/x\"/></source>",
        ),
        json(",\"external_url\":\"https://wire.example/1\""),
        // An item without a link, in a feed with one.
        rss("").replace(
            "<title>All</title>",
            "<title>All</title><link>https://wire.example/</link>",
        ),
        atom("").replace(
            "<title>All</title>",
            "<title>All</title><link href=\"https://wire.example/\"/>",
        ),
    ];
    for feed in excepted {
        let (out, said, code) = filter(&flags, feed.as_bytes());
        assert_eq!((shown(&out), code), (feed, 0), "{said}");
    }
    for feed in [
        rss("<source url=\"https://other.example/feed\">The Wire</source>"),
        atom("<source><id>tag:other.example,2005:wire.example</id></source>"),
        json(",\"external_url\":\"https://other.example/wire.example\""),
    ] {
        let (out, said, _) = filter(&flags, feed.as_bytes());
        assert!(
            shown(&out) != feed && said.contains("1 copy removed"),
            "{said}"
        );
    }
}
