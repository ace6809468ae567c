//! Two documents of an input side by side, with what the others tell of their pages.

use super::furniture::{can_learn, learn};
use super::search::search;
use super::texts::compare_whole_pages;
use super::{Observer, Titled, WholeTexts, compare_whole};
use crate::config::{Resources, Settings};
use crate::document::{Corpus, DocId};
use crate::error::Error;

/// Sets document `b` beside document `a`, as [`compare_whole`]. Where an outlet of the two has
/// many stories among the documents, what its pages repeat is learnt from these and
/// marked as its furniture.
///
/// Cost: the comparison, and where there is something to learn a search.
///
/// # Errors
/// A setting that makes no sense, an input that changed meanwhile, or a stop that the
/// observer asked for.
pub fn compare_documents(
    corpus: Corpus<'_>,
    (a, b): (DocId, DocId),
    settings: &Settings,
    resources: &Resources,
    observer: &dyn Observer,
) -> Result<WholeTexts, Error> {
    let (text_a, text_b) = (corpus.text(a), corpus.text(b));
    let title = |doc: DocId| {
        let document = corpus.documents.get(doc.index());
        document.and_then(|document| document.title.as_deref())
    };
    let [exemplar, copy] = [(a, &text_a), (b, &text_b)].map(|(doc, text)| Titled {
        title: title(doc),
        text,
    });
    if !can_learn(corpus, &[a, b]) {
        return Ok(compare_whole(exemplar, copy, settings));
    }
    let found = search(corpus, settings, resources, observer)?;
    let furniture = learn(corpus, &found, |i| [a.0, b.0].contains(&i), observer)?;
    let repeated = [a, b].map(|doc| furniture.of(doc));
    Ok(compare_whole_pages(exemplar, copy, repeated, settings))
}
