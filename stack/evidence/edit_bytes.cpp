#include "stack/evidence/edit_bytes.h"

#include <fmt/format.h>

#include <algorithm>

#include "stack/base/ranges.h"
#include "stack/evidence/structures.h"

namespace assay::evidence {

namespace {

constexpr std::string_view kOperations[] = {"flip", "put", "fill", "cut", "end", "append"};
constexpr int64_t kMaxSize = 1 << 20;

std::unexpected<Error> wrong(std::string detail) {
    return fail(Errc::bad_text, "step", Error::npos, std::move(detail));
}

Result<Bytes> value_of(const Json& step) {
    const auto value = step.find("value");
    if (value == step.end() || !value->is_string()) return wrong("needs a value of hexadecimal digits");
    return from_hex(value->get<std::string>());
}

// A number of the step that is at most `limit`; negative ones count from there.
Result<size_t> number(const Json& step, const char* name, int64_t otherwise, size_t limit) {
    const auto found = step.find(name);
    if (found != step.end() && !found->is_number_integer())
        return wrong(fmt::format("{} is no number", name));
    const int64_t given = found == step.end() ? otherwise : found->get<int64_t>();
    const int64_t at = given < 0 ? given + static_cast<int64_t>(limit) : given;
    if (at < 0 || std::cmp_greater(at, limit))
        return wrong(fmt::format("{} = {} of {} bytes", name, given, limit));
    return static_cast<size_t>(at);
}

Result<> flip(Bytes& bytes, const Json& step) {
    const size_t at = TRY(number(step, "at", -1, bytes.size()));
    if (at == bytes.size()) return wrong("there is no byte to flip");
    bytes[at] ^= 1;
    return {};
}

Result<> put(Bytes& bytes, const Json& step) {
    const Bytes value = TRY(value_of(step));
    const size_t at = TRY(number(step, "at", 0, bytes.size()));
    if (value.size() > bytes.size() - at) return wrong("the value reaches beyond the bytes");
    std::ranges::copy(value, bytes.begin() + static_cast<std::ptrdiff_t>(at));
    return {};
}

Result<> fill(Bytes& bytes, const Json& step) {
    const size_t at = TRY(number(step, "at", 0, bytes.size()));
    const auto left = static_cast<int64_t>(bytes.size() - at);
    const size_t size = TRY(number(step, "size", left, static_cast<size_t>(left)));
    const size_t byte = TRY(number(step, "value", 0, 0xff));
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), size, static_cast<uint8_t>(byte));
    return {};
}

// Also to more: then with zeros.
Result<> cut(Bytes& bytes, const Json& step) {
    const auto size = step.find("size");
    if (size == step.end()) return wrong("cut needs a size");
    if (!size->is_number_integer() || size->get<int64_t>() > kMaxSize)
        return wrong("size is no number of bytes");
    const bool from_end = size->get<int64_t>() < 0;
    bytes.resize(TRY(number(step, "size", 0, from_end ? bytes.size() : static_cast<size_t>(kMaxSize))));
    return {};
}

Result<wire::Span> field_of(ByteView bytes, const Json& step) {
    const auto place = step.contains("file") ? step.value("file", "") : step.value("path", "");
    return find_field(place, bytes, step.at("field").get<std::string>());
}

Result<> end(Bytes& bytes, const Json& step) {
    const wire::Span field = TRY(field_of(bytes, step));
    bytes.resize(field.offset + TRY(number(step, "at", 0, field.size)));
    return {};
}

// The same step on nothing but the field's bytes.
Result<> edit_field(Bytes& bytes, Json step) {
    const wire::Span field = TRY(field_of(bytes, step));
    step.erase("field");
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(field.offset);
    Bytes inner(begin, begin + static_cast<std::ptrdiff_t>(field.size));
    TRY(edit_bytes(inner, step));
    const auto rest = bytes.erase(begin, begin + static_cast<std::ptrdiff_t>(field.size));
    bytes.insert(rest, inner.begin(), inner.end());
    return {};
}

}  // namespace

bool edits_bytes(std::string_view op) { return std::ranges::find(kOperations, op) != std::end(kOperations); }

Result<> edit_bytes(Bytes& bytes, const Json& step) {
    const std::string op = step.value("op", "");
    if (op == "end") return end(bytes, step);
    if (step.contains("field")) return edit_field(bytes, step);
    if (op == "flip") return flip(bytes, step);
    if (op == "put") return put(bytes, step);
    if (op == "fill") return fill(bytes, step);
    if (op == "cut") return cut(bytes, step);
    if (op != "append") return wrong(fmt::format("'{}' is no edit of bytes", op));
    append(bytes, TRY(value_of(step)));
    return {};
}

}  // namespace assay::evidence
