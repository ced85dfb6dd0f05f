#include "stack/wire/version.h"

namespace assay::wire {

std::string_view name(Version version) {
    switch (version) {
        case Version::v1_0: return "1.0";
        case Version::v1_1: return "1.1";
        case Version::v1_2: return "1.2";
        case Version::v1_3: return "1.3";
        case Version::v1_4: return "1.4";
    }
    return "?";
}

std::optional<Version> version_from_name(std::string_view text) {
    for (Version version : kVersions) {
        if (name(version) == text) return version;
    }
    return std::nullopt;
}

}  // namespace assay::wire
