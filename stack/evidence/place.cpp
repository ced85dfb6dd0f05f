#include "stack/evidence/place.h"

#include <fmt/format.h>

namespace assay::evidence {

namespace {

std::unexpected<Error> wrong(std::string detail) {
    return fail(Errc::bad_text, "path", Error::npos, std::move(detail));
}

}  // namespace

Result<> Place::insert(size_t /*index*/, const Json& /*value*/) { return wrong("there is no list"); }
Result<> Place::erase_element(size_t index) { return wrong(fmt::format("there is no element {}", index)); }
Result<> Place::erase_member(std::string_view name) {
    return wrong(fmt::format("there is no member {}", name));
}

}  // namespace assay::evidence
