//! What concerns one source: `--origin`.

use std::collections::{BTreeMap, BTreeSet};

use super::audit::{SourceAudit, Sources, audit};
use super::{Lineage, Trace};
use crate::document::DocId;
use crate::lineage::Role;

/// The part of a trace that concerns one source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Its name.
    pub source: String,
    /// By number.
    documents: Vec<bool>,
    groups: Vec<bool>,
}

impl Scope {
    /// Documents that are told of.
    pub fn count_documents(&self) -> usize {
        self.documents.iter().filter(|told| **told).count()
    }

    /// Groups that are told of.
    pub fn count_groups(&self) -> usize {
        self.groups.iter().filter(|told| **told).count()
    }
}

/// The texts of one source and who made what of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OriginView {
    /// The figures.
    pub audit: SourceAudit,
    /// Texts that were copied, by date, undated ones behind them, then those that the input lacks.
    pub texts: Vec<TextView>,
    /// Its texts in a group of which nobody knows who made what from what.
    pub unresolved: Vec<DocId>,
    /// Texts that credit it and are not known to be made from its texts.
    pub named: Vec<DocId>,
}

/// One text and who made what of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextView {
    /// The text; none where the input lacks it.
    pub text: Option<DocId>,
    /// Its group.
    pub group: Option<usize>,
    /// By date, undated ones last.
    pub takings: Vec<Taking>,
}

/// A text that was made from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taking {
    /// It.
    pub copy: DocId,
    /// The text between, where it is a copy of a copy.
    pub by_way_of: Option<DocId>,
}

/// The sources of documents, whom they credit and who made what from what.
struct Kinship<'t> {
    trace: &'t Trace,
    names: Sources,
    owners: Vec<Option<usize>>,
    missing: Vec<Option<usize>>,
    credited: Vec<Vec<usize>>,
}

impl<'t> Kinship<'t> {
    fn of(trace: &'t Trace) -> Self {
        let mut names = Sources::of(trace);
        let documents = trace.documents.iter();
        let owners = documents
            .map(|document| names.number(document.source.as_deref()?))
            .collect();
        let all = || (0..trace.lineage.len() as u32).map(DocId);
        let missing = all().map(|doc| names.missing(trace, doc)).collect();
        let lines = trace.lineage.iter();
        let credited = lines
            .map(|line| {
                let numbers = line.credited.iter().filter_map(|name| names.number(name));
                numbers.collect()
            })
            .collect();
        Kinship {
            trace,
            names,
            owners,
            missing,
            credited,
        }
    }

    fn all(&self) -> impl Iterator<Item = (DocId, &'t Lineage)> + use<'t> {
        (0u32..).map(DocId).zip(&self.trace.lineage)
    }

    fn is_of(&self, doc: DocId, source: usize) -> bool {
        self.owners[doc.index()] == Some(source)
    }

    fn credits(&self, doc: DocId, source: usize) -> bool {
        self.credited[doc.index()].contains(&source)
    }

    /// Every name that somebody of the input has or credits.
    fn known(&self) -> BTreeSet<usize> {
        let of_documents = self.owners.iter().chain(&self.missing).flatten();
        of_documents
            .chain(self.credited.iter().flatten())
            .copied()
            .collect()
    }

    /// Documents and groups that concern a source.
    fn scope(&self, source: usize) -> Scope {
        let trace = self.trace;
        let mut groups = vec![false; trace.groups.len()];
        let mut documents = vec![false; trace.documents.len()];
        for (doc, line) in self.all() {
            let taken_from = [line.exemplar, line.second_exemplar];
            let from_it = taken_from
                .iter()
                .flatten()
                .any(|from| self.is_of(*from, source));
            let own = self.is_of(doc, source);
            let concerns = (own && matches!(line.role, Role::Origin | Role::Unresolved))
                || (!own && (from_it || self.credits(doc, source)))
                || self.missing[doc.index()] == Some(source);
            if concerns {
                // What a listed excerpt stands in is listed with it.
                let exemplar = line.exemplar.filter(|_| line.group.is_none());
                for listed in exemplar.into_iter().chain([doc]) {
                    documents[listed.index()] = true;
                    if let Some(group) = trace.lineage[listed.index()].group {
                        groups[group] = true;
                    }
                }
            }
            documents[doc.index()] |= own && line.role == Role::Singleton;
        }
        for (group, _) in trace.groups.iter().zip(&groups).filter(|(_, told)| **told) {
            group
                .members
                .iter()
                .for_each(|doc| documents[doc.index()] = true);
        }
        Scope {
            source: self.names.name(source).to_string(),
            documents,
            groups,
        }
    }
}

impl Trace {
    /// Tells from now on only what concerns a source, named by any of its names: its texts that
    /// are no copies of others', the groups in which it has one, in which a text was made from
    /// one of its texts or from one that the input lacks, or in which a text credits it, and
    /// excerpts of that kind.
    ///
    /// # Errors
    /// A name that nobody has: those that the input and its credits have, in byte order.
    pub fn narrow_to(&mut self, source: &str) -> Result<(), Vec<String>> {
        let mut kinship = Kinship::of(self);
        let known = kinship.known();
        let typed = kinship.names.typed(source);
        let heard = typed.filter(|&(number, in_table)| in_table || known.contains(&number));
        let Some((number, _)) = heard else {
            let names = known.iter().map(|&number| kinship.names.name(number));
            let mut names: Vec<String> = names.map(str::to_string).collect();
            names.sort_unstable();
            return Err(names);
        };
        let scope = kinship.scope(number);
        let counts = [
            ("documents_of_the_origin", scope.count_documents() as u64),
            ("groups_of_the_origin", scope.count_groups() as u64),
        ];
        self.counts.extend(counts);
        self.scope = Some(scope);
        Ok(())
    }

    /// Whether the outputs tell of a document.
    pub fn tells(&self, doc: DocId) -> bool {
        let told = |scope: &Scope| scope.documents.get(doc.index()).copied();
        self.scope.as_ref().and_then(told).unwrap_or(true)
    }

    /// Whether the outputs tell of a group.
    pub fn tells_group(&self, group: usize) -> bool {
        let told = |scope: &Scope| scope.groups.get(group).copied();
        self.scope.as_ref().and_then(told).unwrap_or(true)
    }

    /// The view of the source that this was narrowed to. Cost: linear in the documents and, for
    /// each of its texts, in what descends from it.
    pub fn origin_view(&self) -> Option<OriginView> {
        let name = &self.scope.as_ref()?.source;
        let mut kinship = Kinship::of(self);
        let source = kinship.names.number(name)?;
        let of_source = audit(self).sources.into_iter();
        let figures = of_source.into_iter().find(|one| one.source == *name);
        let mut children: BTreeMap<DocId, Vec<DocId>> = BTreeMap::new();
        for (doc, line) in kinship.all() {
            if let Some(exemplar) = line.exemplar {
                children.entry(exemplar).or_default().push(doc);
            }
        }
        let below = |tops: Vec<Taking>| {
            let (mut found, mut at) = (tops, 0);
            while let Some(&Taking { copy, .. }) = found.get(at) {
                let others = children.get(&copy).into_iter().flatten();
                let others = others.filter(|&&doc| !kinship.is_of(doc, source));
                found.extend(others.map(|&doc| Taking {
                    copy: doc,
                    by_way_of: Some(copy),
                }));
                at += 1;
            }
            found.sort_by_key(|taking| self.by_date(taking.copy));
            found
        };
        let direct = |copy: DocId| Taking {
            copy,
            by_way_of: None,
        };
        let own = || kinship.all().filter(|(doc, _)| kinship.is_of(*doc, source));
        let mut texts = Vec::new();
        for (doc, line) in own() {
            let copies = children.get(&doc).into_iter().flatten().copied();
            let copies = copies.filter(|&copy| !kinship.is_of(copy, source));
            let takings = below(copies.map(direct).collect());
            if !takings.is_empty() {
                texts.push(TextView {
                    text: Some(doc),
                    group: line.group,
                    takings,
                });
            }
        }
        texts.sort_by_key(|view| view.text.map(|doc| self.by_date(doc)));
        let mut lacking: BTreeMap<usize, Vec<Taking>> = BTreeMap::new();
        for (doc, line) in kinship.all() {
            if let (Some(group), true) = (line.group, kinship.missing[doc.index()] == Some(source))
            {
                lacking.entry(group).or_default().push(direct(doc));
            }
        }
        texts.extend(lacking.into_iter().map(|(group, tops)| TextView {
            text: None,
            group: Some(group),
            takings: below(tops),
        }));
        let taken: BTreeSet<DocId> = texts
            .iter()
            .flat_map(|view| view.takings.iter().map(|taking| taking.copy))
            .collect();
        let unresolved = own().filter(|(_, line)| line.role == Role::Unresolved);
        let named = kinship.all().filter(|(doc, _)| {
            kinship.credits(*doc, source) && !kinship.is_of(*doc, source) && !taken.contains(doc)
        });
        let sorted = |docs: Vec<DocId>| {
            let mut docs = docs;
            docs.sort_by_key(|&doc| self.by_date(doc));
            docs
        };
        Some(OriginView {
            unresolved: sorted(unresolved.map(|(doc, _)| doc).collect()),
            named: sorted(named.map(|(doc, _)| doc).collect()),
            audit: figures.unwrap_or_else(|| SourceAudit {
                source: name.clone(),
                ..SourceAudit::default()
            }),
            texts,
        })
    }

    /// Sorts by date published, undated ones last, then by key.
    pub fn by_date(&self, doc: DocId) -> impl Ord + use<> {
        let date = self.document(doc).published;
        let date = date.map(|moment| moment.sort_key());
        (date.is_none(), date, doc)
    }
}
