//! What can be wrong with a query, a file, or the two together.

use std::fmt;

/// Errors by the dialect's names, with the sentence that explains each.
macro_rules! codes {
    ($($name:ident: $sentence:literal,)+) => {
        /// The name of an error.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $(#[doc = $sentence] $name,)+
        }

        impl Code {
            /// As clients read it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)+
                }
            }

            /// What it means.
            pub fn sentence(self) -> &'static str {
                match self {
                    $(Self::$name => $sentence,)+
                }
            }
        }
    };
}

// Sentences are AWS's: <https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html>.
codes! {
    AmbiguousFieldName: "The field name matches to multiple fields in the file. Check the SQL expression and the file, and try again.",
    CastFailed: "An attempt to convert from one data type to another using CAST failed in the SQL expression.",
    CSVEscapingRecordDelimiter: "A quoted record delimiter was found in the file. To allow quoted record delimiters, set AllowQuotedRecordDelimiter to 'TRUE'.",
    CSVParsingError: "An error occurred while parsing the CSV file. Check the file and try again.",
    CSVUnescapedQuote: "An unescaped quote was found while parsing the CSV file. To allow quoted record delimiters, set AllowQuotedRecordDelimiter to 'TRUE'.",
    EvaluatorBindingDoesNotExist: "A column name or a path provided does not exist in the SQL expression.",
    EvaluatorInvalidArguments: "There is an incorrect number of arguments in the function call in the SQL expression.",
    EvaluatorInvalidTimestampFormatPattern: "The timestamp format string in the SQL expression is not valid.",
    EvaluatorInvalidTimestampFormatPatternSymbol: "The timestamp format pattern contains a symbol in the SQL expression that is not valid.",
    EvaluatorLikePatternInvalidEscapeSequence: "An argument given to the LIKE expression was not valid.",
    EvaluatorNegativeLimit: "LIMIT must not be negative.",
    EvaluatorUnterminatedTimestampFormatPatternToken: "The timestamp format pattern contains an unterminated token in the SQL expression.",
    ExpressionTooLong: "The SQL expression is too long. The maximum byte-length for an SQL expression is 256 KB.",
    ExternalEvalException: "The query cannot be evaluated. Check the file and try again.",
    IncorrectSqlFunctionArgumentType: "An incorrect argument type was specified in a function call in the SQL expression.",
    IntegerOverflow: "An integer overflow or underflow occurred in the SQL expression.",
    InvalidColumnIndex: "The column index in the SQL expression is not valid.",
    InvalidCompressionFormat: "The file is not in a supported compression format. Only GZIP and BZIP2 are supported.",
    InvalidDataType: "The SQL expression contains a data type that is not valid.",
    InvalidKeyPath: "The key path in the SQL expression is not valid.",
    InvalidScanRange: "The provided scan range is not valid.",
    InvalidTableAlias: "The SQL expression contains a table alias that is not valid.",
    InvalidTextEncoding: "The encoding type is not valid. Only UTF-8 encoding is supported.",
    JSONParsingError: "An error occurred while parsing the JSON file. Check the file and try again.",
    LexerInvalidChar: "The SQL expression contains a character that is not valid.",
    LexerInvalidIONLiteral: "The SQL expression contains an operator that is not valid.",
    LexerInvalidLiteral: "The SQL expression contains an operator that is not valid.",
    LikeInvalidInputs: "The argument given to the LIKE clause in the SQL expression is not valid.",
    MaxOperatorsExceeded: "Failed to parse SQL expression, try reducing complexity. For example, reduce number of operators used.",
    MissingHeaders: "Some headers in the query are missing from the file. Check the file and try again.",
    MultipleDataSourcesUnsupported: "Multiple data sources are not supported.",
    NumberFormatError: "An error occurred while parsing a number. This error can be caused by underflow or overflow of integers.",
    OverMaxParquetBlockSize: "The Parquet file is above the max row group size.",
    OverMaxRecordSize: "The length of a record in the input or result is greater than the maxCharsPerRecord limit of 1 MB.",
    ParquetParsingError: "An error occurred while parsing the Parquet file. Check the file and try again.",
    ParquetUnsupportedCompressionCodec: "The specified Parquet compression codec is not supported.",
    ParseAsteriskIsNotAloneInSelectList: "Other expressions are not allowed in the SELECT list when * is used without dot notation in the SQL expression.",
    ParseCannotMixSqbAndWildcardInSelectList: "Cannot mix [] and * in the same expression in a SELECT list in the SQL expression.",
    ParseEmptySelect: "The SQL expression contains an empty SELECT clause.",
    ParseExpectedArgumentDelimiter: "The expected argument delimiter in the SQL expression was not found.",
    ParseExpectedDatePart: "The expected date part in the SQL expression was not found.",
    ParseExpectedExpression: "The expected SQL expression was not found.",
    ParseExpectedIdentForAlias: "The expected identifier for the alias in the SQL expression was not found.",
    ParseExpectedKeyword: "The expected keyword in the SQL expression was not found.",
    ParseExpectedLeftParenAfterCast: "The expected left parenthesis after CAST in the SQL expression was not found.",
    ParseExpectedLeftParenBuiltinFunctionCall: "The expected left parenthesis in the SQL expression was not found.",
    ParseExpectedLeftParenValueConstructor: "The expected left parenthesis in the SQL expression was not found.",
    ParseExpectedNumber: "The expected number in the SQL expression was not found.",
    ParseExpectedRightParenBuiltinFunctionCall: "The expected right parenthesis character in the SQL expression was not found.",
    ParseExpectedTokenType: "The expected token in the SQL expression was not found.",
    ParseExpectedTypeName: "The expected type name in the SQL expression was not found.",
    ParseExpectedWhenClause: "The expected WHEN clause in the SQL expression was not found.",
    ParseInvalidContextForWildcardInSelectList: "The use of * in the SELECT list in the SQL expression is not valid.",
    ParseInvalidPathComponent: "The SQL expression contains a path component that is not valid.",
    ParseInvalidTypeParam: "The SQL expression contains a parameter value that is not valid.",
    ParseMalformedJoin: "JOIN is not supported in the SQL expression.",
    ParseNonUnaryAgregateFunctionCall: "Only one argument is supported for aggregate functions in the SQL expression.",
    ParseSelectMissingFrom: "The SQL expression contains a missing FROM after the SELECT list.",
    ParseUnExpectedKeyword: "The SQL expression contains an unexpected keyword.",
    ParseUnexpectedToken: "The SQL expression contains an unexpected token.",
    ParseUnsupportedCallWithStar: "Only COUNT with (*) as a parameter is supported in the SQL expression.",
    ParseUnsupportedSelect: "The SQL expression contains an unsupported use of SELECT.",
    ParseUnsupportedSyntax: "The SQL expression contains unsupported syntax.",
    TruncatedInput: "Object decompression failed. Check that the object is properly compressed using the format specified in the request.",
    UnsupportedFunction: "S3 encountered an unsupported SQL function.",
    UnsupportedParquetType: "The specified Parquet type is not supported.",
    UnsupportedScanRangeInput: "Scan range queries are not supported on this type of object.",
    UnsupportedSqlStructure: "S3 encountered an unsupported SQL structure. Check the SQL Reference.",
    ValueParseFailure: "A timestamp parse failure occurred in the SQL expression.",
}

/// Why a query gave no (further) records.
#[derive(Debug)]
pub enum Error {
    /// The query or the file is at fault.
    Refused { code: Code, message: String },
    /// The source failed.
    Source(std::io::Error),
}

/// What comes of work here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error with a sentence of its own.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self::Refused { code, message: message.into() }
    }
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::new(code, code.sentence())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { code, message } => write!(f, "{}: {message}", code.name()),
            Self::Source(error) => write!(f, "{error}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Refused { .. } => None,
            Self::Source(error) => Some(error),
        }
    }
}
