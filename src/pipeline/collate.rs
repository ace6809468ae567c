//! The documents of one group side by side.

use std::cmp::Reverse;

use ahash::AHashMap;

use super::Observer;
use super::furniture::{self, Furniture};
use super::relate::group_documents;
use super::search::find;
use super::survey::Survey;
use crate::collate::{Cell, CollatedUnit, Collation, Collator};
use crate::config::{Resources, Settings};
use crate::document::{Corpus, DocId};
use crate::error::{Error, ErrorKind};
use crate::hash::{hash64, hash128};
use crate::normalise::normalise;
use crate::segment::Kind;
use crate::trace::Group;

/// The group that is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupName<'a> {
    /// The one with this id.
    Id(&'a str),
    /// The one that a document is in.
    Of(DocId),
}

/// A group with the matrix of its documents and their lines.
#[derive(Clone, Debug, PartialEq)]
pub struct CollatedGroup {
    /// The group.
    pub group: Group,
    /// The representative, then the others by key.
    pub documents: Vec<DocId>,
    /// The text of each document by its number in the collation: documents that
    /// are the same byte for byte share one.
    pub texts: Vec<usize>,
    /// The lines of the texts.
    pub collation: Collation,
}

/// A cell of the matrix with its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlacedCell<'a> {
    /// Number of the row, from 0.
    pub row: usize,
    /// Number of the wording there, from 0.
    pub variant: usize,
    /// Where the text has it.
    pub cell: &'a Cell,
}

impl CollatedGroup {
    /// The cells of each text, in the order of the rows.
    pub fn by_text(&self) -> Vec<Vec<PlacedCell<'_>>> {
        let count = self.texts.iter().max().map_or(0, |last| last + 1);
        let mut texts = vec![Vec::new(); count];
        for (row, unit) in self.collation.rows.iter().enumerate() {
            for (variant, wording) in unit.variants.iter().enumerate() {
                for cell in &wording.cells {
                    if let Some(cells) = texts.get_mut(cell.text) {
                        cells.push(PlacedCell { row, variant, cell });
                    }
                }
            }
        }
        texts
    }

    /// How many documents have each text.
    pub fn weights(&self) -> Vec<u64> {
        weights(&self.texts)
    }

    /// Marks the lines that the outlet of one of their documents repeats. As in two texts
    /// compared, a phrase says more than how often a line stands somewhere.
    fn mark(&mut self, furniture: &Furniture) {
        if furniture.is_empty() {
            return;
        }
        let count = self.texts.iter().max().map_or(0, |last| last + 1);
        let mut of_texts: Vec<Vec<&[u64]>> = vec![Vec::new(); count];
        for (&doc, &text) in self.documents.iter().zip(&self.texts) {
            // A text may have a thousand documents and few outlets.
            let own = furniture.of(doc);
            let lists = &mut of_texts[text];
            if !own.is_empty() && !lists.iter().any(|list| std::ptr::eq(*list, own)) {
                lists.push(own);
            }
        }
        let gives_way = |row: &&mut CollatedUnit| row.kind.gives_way_to_outlet();
        for row in self.collation.rows.iter_mut().filter(gives_way) {
            let repeated = row.variants.iter().any(|variant| {
                let hash = hash64(normalise(&variant.text).canonical().as_bytes());
                let mut lists = variant.cells.iter().flat_map(|cell| &of_texts[cell.text]);
                lists.any(|list| list.binary_search(&hash).is_ok())
            });
            if repeated {
                row.kind = Kind::OutletFurniture;
            }
        }
    }

    /// True where every document has every line, in the same words and order.
    pub fn is_uniform(&self) -> bool {
        let weights = self.weights();
        self.collation
            .rows
            .iter()
            .all(|row| row.is_uniform(weights.len()))
    }
}

/// Searches the documents and collates one of the groups.
///
/// Cost: a search, and what [`Collator`] says for each distinct text. Texts are
/// read from the archive one at a time.
///
/// # Errors
/// A setting that makes no sense, a group that is not there, a document that is in
/// none, an input that changed meanwhile, or a stop that the observer asked for.
///
/// # Examples
/// ```
/// use wirecopy::config::{Resources, Settings};
/// use wirecopy::document::{DocId, Document};
/// use wirecopy::ingest::Intake;
/// use wirecopy::pipeline::{GroupName, Silent, Survey, collate_group};
///
/// let story = "The old bridge at Marnby was closed to all traffic on Monday after divers found \
///     cracks in two of its piers, the county said. Buses will go round by Orme.";
/// let document = |key: &str, text: String| Document { key: key.into(), text: text.into(), ..Document::default() };
/// let intake = Intake {
///     documents: vec![
///         document("mail/7", format!("Bridge shut\n{}", story.replace("Buses", "Cars"))),
///         document("wire/1", story.into()),
///     ],
///     ..Intake::default()
/// };
/// let (settings, resources) = (Settings::default(), Resources::default());
/// let survey = Survey::new(&settings, &resources, &Silent)?;
/// survey.go_through(intake.corpus())?;
/// let name = GroupName::Of(DocId(1));
/// let collated = collate_group(intake.corpus(), survey, name, &settings, &resources, &Silent)?;
/// let wordings: Vec<usize> = collated.collation.rows.iter().map(|row| row.variants.len()).collect();
/// assert_eq!(wordings, [1, 1, 2]); // a headline of one, the same in both, a word that differs
/// # Ok::<(), wirecopy::error::Error>(())
/// ```
pub fn collate_group(
    corpus: Corpus<'_>,
    survey: Survey<'_>,
    name: GroupName<'_>,
    settings: &Settings,
    resources: &Resources,
    observer: &dyn Observer,
) -> Result<CollatedGroup, Error> {
    let found = find(
        corpus,
        survey.conclude(corpus),
        settings,
        resources,
        observer,
    )?;
    let (groups, _, group_of) = group_documents(corpus, &found, settings);
    let number = match name {
        GroupName::Id(id) => groups.iter().position(|group| group.id == id),
        GroupName::Of(doc) => group_of.get(doc.index()).copied().flatten(),
    };
    let group = number.and_then(|number| groups.get(number).cloned());
    let group = group.ok_or_else(|| missing(corpus, &groups, name))?;
    let furniture = if furniture::can_learn(corpus, &group.members) {
        let is_member = |i: u32| group.members.binary_search(&DocId(i)).is_ok();
        furniture::learn(corpus, &found, is_member, observer)?
    } else {
        Furniture::default()
    };
    drop(found);
    let mut collated = collate_members(corpus, group, observer)?;
    collated.mark(&furniture);
    Ok(collated)
}

fn collate_members(
    corpus: Corpus<'_>,
    group: Group,
    observer: &dyn Observer,
) -> Result<CollatedGroup, Error> {
    observer.stage("collating", group.members.len())?;
    let first = group.representative;
    let others = group.members.iter().copied().filter(|&doc| doc != first);
    let documents: Vec<DocId> = [first].into_iter().chain(others).collect();
    let mut collator = Collator::default();
    let mut known: AHashMap<u128, usize> = AHashMap::new();
    let mut texts = Vec::with_capacity(documents.len());
    for (done, &doc) in documents.iter().enumerate() {
        observer.progress(done)?;
        let text = corpus.text(doc);
        let number = known
            .entry(hash128(text.as_bytes()))
            .or_insert_with(|| collator.add(&text));
        texts.push(*number);
    }
    corpus.archive.intact()?;
    let weights = weights(&texts);
    let collation = collator.finish(|text| weights.get(text).copied().unwrap_or(0));
    Ok(CollatedGroup {
        group,
        documents,
        texts,
        collation,
    })
}

fn weights(texts: &[usize]) -> Vec<u64> {
    let mut weights = Vec::new();
    for &text in texts {
        if text >= weights.len() {
            weights.resize(text + 1, 0);
        }
        weights[text] += 1;
    }
    weights
}

/// Letters of an id that must be right at its two ends for it to be offered in
/// place of another: of two ids by chance the first two are.
const ALIKE: usize = 8;

fn missing(corpus: Corpus<'_>, groups: &[Group], name: GroupName<'_>) -> Error {
    let id = match name {
        GroupName::Id(id) => id,
        GroupName::Of(doc) => {
            let key = corpus
                .documents
                .get(doc.index())
                .map_or("", |document| &document.key);
            return ErrorKind::NoGroup {
                key: key.to_string(),
            }
            .into();
        }
    };
    let alike = |other: &str| {
        let same = |(x, y): &(u8, u8)| x == y;
        let start = id.bytes().zip(other.bytes()).take_while(same).count();
        let end = id
            .bytes()
            .rev()
            .zip(other.bytes().rev())
            .take_while(same)
            .count();
        start + end
    };
    let mut near: Vec<(usize, &str)> = groups
        .iter()
        .map(|group| (alike(&group.id), group.id.as_str()))
        .collect();
    near.retain(|(alike, _)| *alike >= ALIKE);
    near.sort_by_key(|&(alike, id)| (Reverse(alike), id));
    ErrorKind::UnknownGroup {
        name: id.to_string(),
        near: near
            .iter()
            .take(3)
            .map(|(_, id)| (*id).to_string())
            .collect(),
    }
    .into()
}
