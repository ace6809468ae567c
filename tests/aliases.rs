//! `trace --aliases FILE`: other names of sources.
#![allow(clippy::unwrap_used)]

mod support;

use support::{put, table, temp, traced, wirecopy};

#[test]
fn names_from_a_file_say_who_is_credited() {
    let folder = temp();
    let story = "The old bridge at Marnby was closed to all traffic on Monday after divers found \
        cracks in two of its piers, the county said. Buses will go round by Orme until May.";
    let record = |id: &str, source: &str, text: &str| {
        let fields = serde_json::json!({ "id": id, "source": source, "text": text });
        format!("{fields}\n")
    };
    let wire = record("wire", "Tarnwire", story);
    let copy = format!("{story}\n\nSource: The Narrows Desk");
    let input = put(&folder, "feed.jsonl", wire + &record("post", "Post", &copy));
    let aliases = put(
        &folder,
        "names.txt",
        "# ours\nTarnwire = ~Narrows, The Narrows Desk\n",
    );
    let (input, aliases) = (input.to_str().unwrap(), aliases.to_str().unwrap());
    let credited = |flags: &[&str]| {
        let results = traced(folder.path(), &[input], flags);
        let lineage = table(&results, "lineage.csv");
        let post = lineage.iter().find(|row| row["doc_id"] == "post").unwrap();
        (post["exemplar_id"].clone(), post["credit_status"].clone())
    };
    assert_eq!(credited(&[]), (String::new(), String::new()));
    let wanted = ("wire".to_string(), "credited".to_string());
    assert_eq!(credited(&["--aliases", aliases]), wanted);

    let wrong = put(&folder, "wrong.txt", "Tarnwire = TNW\nPost = TNW\n");
    let run = wirecopy()
        .args(["trace", input, "--aliases", wrong.to_str().unwrap()])
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(2));
    let said = String::from_utf8(run.stderr).unwrap();
    assert!(
        said.contains("wrong.txt, line 2: \"TNW\" is a name of \"Tarnwire\" as well"),
        "{said}"
    );
}
