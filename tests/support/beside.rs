//! One file read beside a good document, so that there always is one, and small parts of feeds
//! and boxes.

use wirecopy::ingest::{IngestOptions, Input, Intake, Reason, read_inputs};

/// As they are where nothing is said.
pub fn options() -> IngestOptions {
    IngestOptions::default()
}

/// Reads a file of this content beside one good document.
pub fn file(name: &str, bytes: &[u8], options: &IngestOptions) -> Intake {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), bytes).unwrap();
    let inputs = [Input::Path(folder.path().into()), Input::Stdin];
    let good = &b"{\"id\":\"good\",\"text\":\"good\"}"[..];
    let intake = read_inputs(&inputs, good, options).unwrap();
    let counts = &intake.counts;
    assert_eq!(
        counts.read,
        counts.documents + counts.merged + counts.rejected
    );
    assert_eq!(counts.rejected, intake.rejected.len() as u64);
    intake
}

/// The same with the usual options.
pub fn read(name: &str, content: impl AsRef<[u8]>) -> Intake {
    file(name, content.as_ref(), &options())
}

/// Key, text, title, source, date and address of what was read, but for the good document.
pub fn told(intake: &Intake) -> Vec<[String; 6]> {
    let own = intake.documents.iter().filter(|d| &*d.key != "good");
    own.map(|d| {
        let some = |text: &Option<Box<str>>| text.as_deref().unwrap_or_default().to_owned();
        let date = d
            .published
            .map(|moment| moment.to_string())
            .unwrap_or_default();
        let text = intake.archive.text(&d.text).into_owned();
        let key = d.key.rsplit('/').next().unwrap().to_owned();
        let key = if key.contains('#') {
            key
        } else {
            d.key.to_string()
        };
        [
            key,
            text,
            some(&d.title),
            some(&d.source),
            date,
            some(&d.url),
        ]
    })
    .collect()
}

/// The keys of what was read, but for the good document.
pub fn keys(intake: &Intake) -> Vec<String> {
    told(intake).into_iter().map(|[key, ..]| key).collect()
}

/// Why records were rejected.
pub fn reasons(intake: &Intake) -> Vec<Reason> {
    intake.rejected.iter().map(|r| r.reason).collect()
}

/// An item of a feed.
pub fn item(n: usize) -> String {
    format!(
        "<item><guid>{n}</guid><title>Rain {n}</title><description>Rain will end on day {n}.</description></item>\n"
    )
}

/// A feed of items.
pub fn rss(inner: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?>\n<rss version=\"2.0\"><channel><title>Orme Post</title>\n{inner}</channel></rss>\n"
    )
}

/// A message of a box.
pub fn letter(n: usize) -> String {
    format!(
        "From a@b.example Thu Apr  3 10:00:00 2031\r\nFrom: Orme Post <news@orme.example>\r\nSubject: Rain {n}\r\nMessage-ID: <{n}@orme.example>\r\nDate: Thu, 03 Apr 2031 10:00:00 +0000\r\n\r\nRain will end on day {n}.\r\n>From here on it is dry.\r\n\r\n"
    )
}
