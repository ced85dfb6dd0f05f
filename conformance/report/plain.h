// Text that may hold what a device sent, made safe for a terminal and for XML.
#pragma once

#include <string>
#include <string_view>

namespace assay::report {

enum class Lines : uint8_t {
    keep,  // line feeds and tabs stay
    one,   // they are spelled \n and \t
};

// Valid UTF-8 without control characters: each byte of what is no character, or is one that XML 1.0 cannot
// carry or a terminal would obey (C0, DEL, C1, U+FFFE, U+FFFF, surrogates), is spelled \xNN.
std::string printable(std::string_view text, Lines lines = Lines::keep);

// The beginning of a text of more than `most` bytes, and how many bytes were left out.
std::string shortened(std::string_view text, size_t most);

// The text of an XML element or of an attribute in double quotes: printable(), and the five characters that
// XML reserves as entities. In an attribute use Lines::one, since a reader turns line feeds into spaces.
std::string escape_xml(std::string_view text, Lines lines = Lines::keep);

// One argument of a shell command line, in single quotes where it needs them.
std::string shell_word(std::string_view text);

}  // namespace assay::report
