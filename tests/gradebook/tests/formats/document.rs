//! A parsed page, and a way to find elements in it.

use html5ever::tendril::TendrilSink;
use html5ever::{ParseOpts, parse_document};
use markup5ever_rcdom::{Handle, NodeData, RcDom};

/// A page. Its elements are empty once it is dropped.
pub struct Document {
    /// What a browser would have to mend.
    pub errors: Vec<String>,
    root: Element,
}

/// An element of it.
#[derive(Clone)]
pub struct Element(Handle);

impl Document {
    pub fn parse(html: &str) -> Self {
        Self::of(parse_document(RcDom::default(), ParseOpts::default()).one(html))
    }

    /// The same for XML.
    pub fn parse_xml(xml: &str) -> Self {
        Self::of(xml5ever::driver::parse_document(RcDom::default(), Default::default()).one(xml))
    }

    fn of(dom: RcDom) -> Self {
        let errors = dom.errors.borrow().iter().map(ToString::to_string).collect();
        Self { errors, root: Element(dom.document) }
    }

    /// See [`Element::all`].
    pub fn all(&self, selector: &str) -> Vec<Element> {
        self.root.all(selector)
    }
}

impl Element {
    /// The elements below it, in their order, that a selector of CSS finds: `tag`, `tag.class` and
    /// `#id` are known, one inside another; `""` is any.
    pub fn all(&self, selector: &str) -> Vec<Self> {
        let mut found = vec![self.clone()];
        for step in selector.split(' ') {
            found = found.iter().flat_map(|element| element.below(step)).collect();
        }
        found
    }

    fn below(&self, step: &str) -> Vec<Self> {
        let mut found = Vec::new();
        for child in self.0.children.borrow().iter().cloned().map(Self) {
            if child.is(step) {
                found.push(child.clone());
            }
            found.extend(child.below(step));
        }
        found
    }

    fn is(&self, step: &str) -> bool {
        if let Some(id) = step.strip_prefix('#') {
            return self.attribute("id").as_deref() == Some(id);
        }
        let (tag, class) = step.split_once('.').unwrap_or((step, ""));
        let classes = self.attribute("class").unwrap_or_default();
        !self.name().is_empty()
            && (tag.is_empty() || self.name() == tag)
            && (class.is_empty() || classes.split(' ').any(|it| it == class))
    }

    /// `td`; empty for what is no element, such as text.
    pub fn name(&self) -> &str {
        match &self.0.data {
            NodeData::Element { name, .. } => &name.local,
            _ => "",
        }
    }

    pub fn attributes(&self) -> Vec<(String, String)> {
        let NodeData::Element { attrs, .. } = &self.0.data else { return Vec::new() };
        let attributes = attrs.borrow();
        attributes.iter().map(|it| (it.name.local.to_string(), it.value.to_string())).collect()
    }

    pub fn attribute(&self, name: &str) -> Option<String> {
        self.attributes().into_iter().find(|(it, _)| it == name).map(|(_, value)| value)
    }

    /// All text in it.
    pub fn text(&self) -> String {
        let mut text = match &self.0.data {
            NodeData::Text { contents } => contents.borrow().to_string(),
            _ => String::new(),
        };
        text.extend(self.0.children.borrow().iter().cloned().map(|child| Self(child).text()));
        text
    }
}
