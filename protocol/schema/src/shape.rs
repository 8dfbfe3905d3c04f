//! Values as codecs see them: read through [`View`], written through [`Slot`].

use std::any::Any;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use bytes::Bytes;

use crate::{ByteStream, Document, EventStream, Schema, Timestamp};

/// A value to be written to the wire.
pub enum View<'a> {
    /// Not there: nothing is written.
    Absent,
    Bool(bool),
    Int(i64),
    Float(f32),
    Double(f64),
    Str(&'a str),
    Blob(&'a Bytes),
    Time(Timestamp),
    Document(&'a Document),
    Struct(&'a dyn Structure),
    List(&'a dyn ListShape),
    Map(&'a dyn MapShape),
    /// Payloads are taken out by the protocol, never walked.
    Stream,
}

/// A place for a value read from the wire.
pub enum Slot<'a> {
    Bool(&'a mut bool),
    Int(&'a mut i32),
    Long(&'a mut i64),
    Float(&'a mut f32),
    Double(&'a mut f64),
    Str(&'a mut String),
    Blob(&'a mut Bytes),
    Time(&'a mut Timestamp),
    Document(&'a mut Document),
    Enum(&'a mut dyn EnumShape),
    Struct(&'a mut dyn Structure),
    List(&'a mut dyn ListShape),
    Map(&'a mut dyn MapShape),
    Option(&'a mut dyn OptionShape),
    Stream(&'a mut ByteStream),
    Events(&'a mut EventStream),
}

/// Any value of a model.
pub trait Shape: Send + Sync {
    fn view(&self) -> View<'_>;
    fn slot(&mut self) -> Slot<'_>;

    /// The slot below any options, which are filled with a default on the way.
    fn fill(&mut self) -> Slot<'_> {
        match self.slot() {
            Slot::Option(option) => option.insert().fill(),
            slot => slot,
        }
    }

    /// [`Self::fill`] the first time, the same value again after it: for a map that is filled from
    /// several places.
    fn fill_once(&mut self, filled: &mut bool) -> Slot<'_> {
        let again = std::mem::replace(filled, true);
        match self.slot() {
            Slot::Option(option) if again => option.current().slot(),
            Slot::Option(option) => option.insert().fill(),
            slot => slot,
        }
    }
}

/// A generated structure.
pub trait Structure: Any + Send + Sync {
    fn schema(&self) -> &'static Schema;
    /// Member `index` of the schema.
    fn member(&self, index: usize) -> &dyn Shape;
    fn member_mut(&mut self, index: usize) -> &mut dyn Shape;
    fn as_any(&self) -> &dyn Any;
    fn as_any_mut(&mut self) -> &mut dyn Any;
    fn into_any(self: Box<Self>) -> Box<dyn Any + Send>;
}

/// A generated enumeration.
pub trait EnumShape: Send + Sync {
    fn text(&self) -> &'static str;
    /// False, and unchanged, when the enumeration has no such value.
    fn set(&mut self, text: &str) -> bool;
}

/// A list of shapes.
pub trait ListShape: Send + Sync {
    fn len(&self) -> usize;
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    fn get(&self, index: usize) -> &dyn Shape;
    /// Appends a default and gives it to be filled.
    fn push(&mut self) -> &mut dyn Shape;
}

/// A map from text to shapes.
pub trait MapShape: Send + Sync {
    fn len(&self) -> usize;
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    fn each(&self, visit: &mut dyn FnMut(&str, &dyn Shape));
    /// Inserts a default under the key and gives it to be filled.
    fn insert(&mut self, key: String) -> &mut dyn Shape;
}

/// A member that may be left out.
pub trait OptionShape: Send + Sync {
    fn insert(&mut self) -> &mut dyn Shape;
    /// The value there is, or a default put there.
    fn current(&mut self) -> &mut dyn Shape;
}

macro_rules! scalar {
    ($type:ty, $slot:ident, $view:expr) => {
        impl Shape for $type {
            fn view(&self) -> View<'_> {
                let view: fn(&$type) -> View<'_> = $view;
                view(self)
            }
            fn slot(&mut self) -> Slot<'_> {
                Slot::$slot(self)
            }
        }
    };
}

scalar!(bool, Bool, |v| View::Bool(*v));
scalar!(i32, Int, |v| View::Int(i64::from(*v)));
scalar!(i64, Long, |v| View::Int(*v));
scalar!(f32, Float, |v| View::Float(*v));
scalar!(f64, Double, |v| View::Double(*v));
scalar!(String, Str, |v| View::Str(v));
scalar!(Bytes, Blob, |v| View::Blob(v));
scalar!(Timestamp, Time, |v| View::Time(*v));
scalar!(Document, Document, |v| View::Document(v));
scalar!(ByteStream, Stream, |_| View::Stream);
scalar!(EventStream, Events, |_| View::Stream);

impl<T: Shape + Default> Shape for Option<T> {
    fn view(&self) -> View<'_> {
        self.as_ref().map_or(View::Absent, Shape::view)
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::Option(self)
    }
}

impl<T: Shape + Default> OptionShape for Option<T> {
    fn insert(&mut self) -> &mut dyn Shape {
        let place: &mut T = Option::insert(self, T::default());
        place
    }
    fn current(&mut self) -> &mut dyn Shape {
        self.get_or_insert_default()
    }
}

impl<T: Shape> Shape for Box<T> {
    fn view(&self) -> View<'_> {
        (**self).view()
    }
    fn slot(&mut self) -> Slot<'_> {
        (**self).slot()
    }
}

impl<T: Shape + Default> Shape for Vec<T> {
    fn view(&self) -> View<'_> {
        View::List(self)
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::List(self)
    }
}

impl<T: Shape + Default> ListShape for Vec<T> {
    fn len(&self) -> usize {
        self.len()
    }
    fn get(&self, index: usize) -> &dyn Shape {
        &self[index]
    }
    fn push(&mut self) -> &mut dyn Shape {
        Vec::push(self, T::default());
        self.last_mut().expect("just pushed")
    }
}

impl<T: Shape + Default> Shape for BTreeMap<String, T> {
    fn view(&self) -> View<'_> {
        View::Map(self)
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::Map(self)
    }
}

impl<T: Shape + Default> MapShape for BTreeMap<String, T> {
    fn len(&self) -> usize {
        self.len()
    }
    fn each(&self, visit: &mut dyn FnMut(&str, &dyn Shape)) {
        for (key, value) in self {
            visit(key, value);
        }
    }
    fn insert(&mut self, key: String) -> &mut dyn Shape {
        match self.entry(key) {
            Entry::Vacant(place) => place.insert(T::default()),
            Entry::Occupied(mut place) => {
                place.insert(T::default());
                place.into_mut()
            }
        }
    }
}
