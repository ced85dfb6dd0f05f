// A file that was compiled into the program.
#pragma once

#include <string_view>

namespace assay {

struct EmbeddedFile {
    std::string_view path;  // relative to the source folder
    std::string_view text;
};

}  // namespace assay
