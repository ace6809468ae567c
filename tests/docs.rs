//! The documents say what the program does: columns, codes and examples.
//!
//! `WIRECOPY_BLESS=1 cargo test --test docs` rewrites the generated parts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use wirecopy::index::{EventKind, Outcome as Live};
use wirecopy::ingest::Reason as Rejected;
use wirecopy::lineage::{Basis, Code, CreditStatus, Role};
use wirecopy::pipeline::{Outcome, Reason, Rule};
use wirecopy::segment::Kind;
use wirecopy::trace::{Flag, Op, Relation};
use wirecopy::write::{
    Column, LinkRole, Measure, Type, answer_columns, collation_columns, curve_columns,
    decision_columns, evaluation_columns, event_columns, graph_columns, score_columns,
    sheet_columns, tables,
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compares the part of a document between two marks with what it should be,
/// or rewrites it.
fn generated(file: &str, mark: &str, wanted: &str) {
    let path = root().join(file);
    let text = fs::read_to_string(&path).unwrap();
    let (open, close) = (format!("<!-- {mark} -->\n"), format!("<!-- /{mark} -->"));
    let from = text.find(&open).expect("opening mark") + open.len();
    let to = from + text[from..].find(&close).expect("closing mark");
    if std::env::var_os("WIRECOPY_BLESS").is_some() {
        fs::write(&path, [&text[..from], wanted, &text[to..]].concat()).unwrap();
    } else {
        assert_eq!(
            &text[from..to],
            wanted,
            "{file} is behind the code: bless it"
        );
    }
}

fn type_name(kind: Type) -> &'static str {
    match kind {
        Type::Id => "key",
        Type::Text => "text",
        Type::Code => "code",
        Type::Integer => "integer",
        Type::Number => "number",
        Type::Boolean => "boolean",
        Type::Date => "date",
    }
}

fn column_rows(out: &mut String, columns: &[Column]) {
    out.push_str("| column | type | meaning |\n|---|---|---|\n");
    for column in columns {
        let kind = type_name(column.kind);
        writeln!(out, "| `{}` | {kind} | {} |", column.name, column.meaning).unwrap();
    }
    out.push('\n');
}

/// The table of one enum of codes.
macro_rules! codes {
    ($out:expr, $title:literal, $codes:ident) => {
        writeln!($out, "### {}\n| code | meaning |\n|---|---|", $title).unwrap();
        for code in $codes::ALL {
            writeln!($out, "| `{}` | {} |", code.code(), code.meaning()).unwrap();
        }
        $out.push('\n');
    };
}

#[test]
fn the_formats_list_every_column_and_code() {
    let mut out = String::new();
    for table in tables() {
        writeln!(out, "\n## `{}`\n{}.\n", table.file(), table.meaning()).unwrap();
        column_rows(&mut out, table.columns());
    }
    out.push_str("## `dedup --decisions FILE`\none row per document, by key.\n\n");
    column_rows(&mut out, decision_columns());
    out.push_str("## `dedup --index DIR --decisions FILE`\none row per record, in the order in which they came; `--annotate` gives the same as an object.\n\n");
    column_rows(&mut out, answer_columns());
    out.push_str("## `group_events.csv` of `index export`\none row per event, in the order in which they came.\n\n");
    column_rows(&mut out, event_columns());
    out.push_str("## `curve --format csv`\none row per setting and Jaccard, the setting asked for first.\n\n");
    column_rows(&mut out, curve_columns());
    out.push_str("## `diff --group --format csv`\none row per line (sentence or line) of each member, in the order of the members and of the lines; a line that a member has in several parts is several rows.\n\n");
    column_rows(&mut out, collation_columns());
    out.push_str("## `eval --format csv`\none row per figure, in the order of the table of measures, the two of a bin together.\n\n");
    column_rows(&mut out, evaluation_columns());
    out.push_str(
        "## `eval sample`\none row per pair drawn, in an order that says nothing of its score.\n\n",
    );
    column_rows(&mut out, sheet_columns());
    out.push_str("## `eval score --format csv`\none row per band that was drawn from, the lowest first, and one for all.\n\n");
    column_rows(&mut out, score_columns());
    let (nodes, edges) = graph_columns();
    out.push_str("## Nodes of `--graph` and `--prov`\none per document of a group, excerpt or text that an excerpt is from, and one per missing source of a group.\n\n");
    column_rows(&mut out, nodes);
    out.push_str("## Edges of `--graph` and `--prov`\none per claim of lineage.csv, from the exemplar to the copy.\n\n");
    column_rows(&mut out, edges);
    out.push_str("## Codes\n");
    codes!(out, "`role`", Role);
    codes!(out, "`relation`", Relation);
    codes!(out, "`direction_basis`", Basis);
    codes!(out, "`credit_status`", CreditStatus);
    codes!(out, "`evidence`, and `code` in evidence.csv", Code);
    codes!(out, "`flags`", Flag);
    codes!(out, "`role` of an edge", LinkRole);
    codes!(out, "`op`", Op);
    codes!(out, "`kind`", Kind);
    codes!(out, "`reason` of a decision", Reason);
    codes!(
        out,
        "`reason` of a live decision, `outcome` of an annotation",
        Live
    );
    codes!(out, "`event` of group_events.csv", EventKind);
    codes!(
        out,
        "`outcome` of an item of a feed (`dedup --format feed --annotate`)",
        Outcome
    );
    codes!(out, "`reason` of a rejection", Rejected);
    codes!(out, "`rule` and `pair_rule` of `explain`", Rule);
    codes!(out, "`measure` of `eval`", Measure);
    generated("docs/formats.md", "tables", &out);
}

#[test]
fn the_readme_lists_every_column() {
    let mut out = String::new();
    for table in tables() {
        let names: Vec<&str> = table.columns().iter().map(|column| column.name).collect();
        writeln!(
            out,
            "- `{}` ({}): {}",
            table.file(),
            table.meaning(),
            names.join(", ")
        )
        .unwrap();
    }
    generated("README.md", "columns", &out);
}

/// Runs each `$ wirecopy …` of a console block and looks for the block's lines
/// in what it prints. A line `[…]` stands for any number of lines.
#[test]
fn the_examples_of_the_readme_print_what_it_says() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let mut seen = 0;
    for block in readme.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap();
        let (command, wanted) = block.split_once('\n').unwrap();
        let typed = command
            .strip_prefix("$ wirecopy ")
            .expect("a wirecopy command");
        let arguments = typed.split(' ').map(|argument| match argument {
            "result" | "unique.jsonl" => scratch.path().join(argument).display().to_string(),
            other => other.to_string(),
        });
        let output = Command::new(env!("CARGO_BIN_EXE_wirecopy"))
            .args(arguments)
            .current_dir(root())
            .output()
            .unwrap();
        let printed = [output.stdout, output.stderr].concat();
        let printed = String::from_utf8(printed).unwrap();
        let printed = printed.replace(&format!("{}/", scratch.path().display()), "");
        let mut rest = printed.as_str();
        for (i, part) in wanted.split("[…]\n").enumerate() {
            let at = rest
                .find(part)
                .unwrap_or_else(|| panic!("{command}:\n{part}\nnot in\n{rest}"));
            assert!(
                i > 0 || at == 0,
                "{command} prints something before\n{part}"
            );
            rest = &rest[at + part.len()..];
        }
        assert!(
            wanted.ends_with("[…]\n") || rest.is_empty(),
            "{command} also prints\n{rest}"
        );
        seen += 1;
    }
    assert!(seen >= 4);
}
