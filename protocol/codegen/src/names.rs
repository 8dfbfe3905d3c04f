//! AWS's names in Rust's cases.

/// `SSECustomerKeyMD5` → `sse_customer_key_md5`; raw where Rust reserves the word.
pub fn snake(name: &str) -> String {
    let words = words(name);
    let text = words.join("_").to_lowercase();
    match text.as_str() {
        "self" | "super" | "crate" => format!("{text}_"),
        "as" | "async" | "await" | "break" | "const" | "continue" | "dyn" | "else" | "enum"
        | "extern" | "false" | "fn" | "for" | "if" | "impl" | "in" | "let" | "loop" | "match"
        | "mod" | "move" | "mut" | "pub" | "ref" | "return" | "static" | "struct" | "trait"
        | "true" | "type" | "unsafe" | "use" | "where" | "while" | "abstract" | "become"
        | "box" | "do" | "final" | "gen" | "macro" | "override" | "priv" | "try" | "typeof"
        | "unsized" | "virtual" | "yield" => format!("r#{text}"),
        _ if text.starts_with(|c: char| c.is_ascii_digit()) => format!("n{text}"),
        _ => text,
    }
}

/// `STANDARD_IA` → `StandardIa`, for variants of enumerations.
pub fn variant(value: &str) -> String {
    let mut text = String::new();
    for word in words(value) {
        let mut chars = word.chars();
        text.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        text.push_str(&chars.as_str().to_lowercase());
    }
    if text.is_empty() {
        return "Empty".to_owned();
    }
    if text == "Self" || text.starts_with(|c: char| c.is_ascii_digit()) {
        return format!("V{text}");
    }
    text
}

/// A shape's name as a Rust type.
pub fn type_name(name: &str) -> String {
    let mut chars = name.chars();
    let mut text: String = chars.next().map(|c| c.to_ascii_uppercase()).into_iter().collect();
    text.extend(chars.filter(|c| c.is_ascii_alphanumeric() || *c == '_'));
    if text == "Self" { "Self_".to_owned() } else { text }
}

fn words(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for (at, &c) in chars.iter().enumerate() {
        if !c.is_ascii_alphanumeric() {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            continue;
        }
        let before = at.checked_sub(1).map(|i| chars[i]);
        let after = chars.get(at + 1);
        let starts = c.is_ascii_uppercase()
            && before.is_some_and(|b| {
                b.is_ascii_lowercase()
                    || b.is_ascii_digit()
                    // The last capital of a run begins the next word: `KMSKey` is kms_key; a
                    // plural such as `ARNs` is one word.
                    || (b.is_ascii_uppercase()
                        && after.is_some_and(|a| a.is_ascii_lowercase())
                        && !(after == Some(&'s') && chars.get(at + 2).is_none()))
            });
        if starts && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        word.push(c);
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_words() {
        for (name, expected) in [
            ("Bucket", "bucket"),
            ("ETag", "e_tag"),
            ("SSECustomerKeyMD5", "sse_customer_key_md5"),
            ("ContentMD5", "content_md5"),
            ("SSEKMSKeyId", "ssekms_key_id"),
            ("Type", "r#type"),
            ("roleARNs", "role_arns"),
            ("CRC64NVME", "crc64_nvme"),
            ("x-amz-id", "x_amz_id"),
        ] {
            assert_eq!(snake(name), expected, "{name}");
        }
        assert_eq!(variant("STANDARD_IA"), "StandardIa");
        assert_eq!(variant("s3:ObjectCreated:*"), "S3ObjectCreated");
        assert_eq!(variant("us-east-1"), "UsEast1");
    }
}
