#include "conformance/lab/evidence/der.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace assay::lab::evidence::der {

namespace {

Bytes joined(uint8_t tag, std::initializer_list<ByteView> parts) { return element(tag, concat(parts)); }

Bytes big_endian(uint64_t value) {
    Bytes bytes;
    for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<uint8_t>(value >> shift));
    return bytes;
}

Bytes arc(uint64_t value) {
    Bytes bytes = {static_cast<uint8_t>(value & 0x7f)};
    while ((value >>= 7) != 0) bytes.insert(bytes.begin(), static_cast<uint8_t>(0x80 | (value & 0x7f)));
    return bytes;
}

// "20260601120000Z"
std::string digits_of(std::chrono::sys_seconds time) {
    using namespace std::chrono;
    const sys_days day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(time - day);
    return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

}  // namespace

Bytes element(uint8_t tag, ByteView content) {
    Bytes out = {tag};
    if (content.size() < 0x80) {
        out.push_back(static_cast<uint8_t>(content.size()));
    } else {
        Bytes length = big_endian(content.size());
        length.erase(length.begin(), std::ranges::find_if(length, [](uint8_t byte) { return byte != 0; }));
        out.push_back(static_cast<uint8_t>(0x80 | length.size()));
        append(out, length);
    }
    append(out, content);
    return out;
}

Bytes sequence(std::initializer_list<ByteView> parts) { return joined(kSequence, parts); }
Bytes set(std::initializer_list<ByteView> parts) { return joined(kSet, parts); }
Bytes tagged(uint8_t number, ByteView inner) { return element(0xa0 | number, inner); }
Bytes implicit(uint8_t number, ByteView content) { return element(0x80 | number, content); }

Bytes integer(ByteView magnitude) {
    Bytes content(std::ranges::find_if(magnitude, [](uint8_t byte) { return byte != 0; }), magnitude.end());
    if (content.empty() || content.front() >= 0x80) content.insert(content.begin(), 0);
    return element(kInteger, content);
}

Bytes integer(uint64_t value) { return integer(big_endian(value)); }
Bytes enumerated(uint8_t value) { return element(kEnumerated, Bytes{value}); }
Bytes boolean(bool value) { return element(kBoolean, Bytes{static_cast<uint8_t>(value ? 0xff : 0)}); }

Bytes oid(std::string_view dotted) {
    std::vector<uint64_t> arcs;
    for (const char *at = dotted.data(), *end = at + dotted.size(); at < end; ++at) {
        uint64_t value = 0;
        at = std::from_chars(at, end, value).ptr;
        arcs.push_back(value);
    }
    Bytes content;
    if (arcs.size() >= 2) append(content, arc(arcs[0] * 40 + arcs[1]));
    for (size_t i = 2; i < arcs.size(); ++i) append(content, arc(arcs[i]));
    return element(kOid, content);
}

Bytes octets(ByteView content) { return element(kOctets, content); }

Bytes bits(ByteView content, uint8_t unused) {
    Bytes all = {unused};
    append(all, content);
    return element(kBits, all);
}

Bytes text(uint8_t tag, std::string_view content) { return element(tag, as_bytes(content)); }

Bytes generalized_time(std::chrono::sys_seconds time) { return text(kGeneralizedTime, digits_of(time)); }

Bytes time(std::chrono::sys_seconds time) {
    using namespace std::chrono;
    if (time >= sys_days(year(2050) / January / 1)) return generalized_time(time);
    return text(kUtcTime, std::string_view(digits_of(time)).substr(2));
}

}  // namespace assay::lab::evidence::der
