// Transport framers: total, and what they take apart they can put together again.
#include <algorithm>

#include "fuzz/common/coverage.h"
#include "fuzz/common/exact.h"
#include "fuzz/spdm/targets.h"
#include "stack/transport/stream.h"

namespace assay::fuzz {

namespace {

using namespace transport;

constexpr uint32_t kUnit = 20, kStream = 21;
constexpr size_t kMaxStream = 4096;

uint32_t hash(std::string_view text) {
    uint32_t value = 0;
    for (char c : text) value = value * 31 + static_cast<uint8_t>(c);
    return value;
}

void check_unit(Binding binding, ByteView input) {
    Exact unit(input);
    auto unwrapped = unwrap(binding, unit);
    uint32_t which = static_cast<uint32_t>(binding);
    if (!unwrapped) {
        feature(kUnit, which, hash(unwrapped.error().field));
        reached(std::string(unwrapped.error().field));
        return;
    }
    feature(kUnit, which, 0, static_cast<uint32_t>(unwrapped->payload));
    if (unwrapped->payload == Payload::doe_discovery) doe_discovery_response(unwrapped->message);
    if (unwrapped->payload != Payload::spdm) return;
    reached("spdm");
    if (wrap(binding, unwrapped->message) != to_bytes(input))
        violated("a unit is wrapped as it was", to_hex(input));
}

// The units do not depend on the pieces in which the stream came.
template <class D>
void check_stream(ByteView input, auto make) {
    if (input.empty()) return;
    size_t piece = 1 + input[0] % 32;
    ByteView stream = input.subspan(1, std::min(input.size() - 1, kMaxStream));
    auto units = [&](size_t size) {
        D deframer = make();
        std::vector<Bytes> found;
        for (size_t at = 0; at < stream.size(); at += size) {
            deframer.push(Exact(stream.subspan(at, std::min(size, stream.size() - at))));
            while (true) {
                auto unit = deframer.next();
                if (!unit) {
                    feature(kStream, hash(unit.error().field));
                    reached(std::string(unit.error().field));
                    return found;
                }
                if (!*unit) break;
                feature(kStream, 0, (*unit)->command,
                        static_cast<uint32_t>(std::min<size_t>(found.size(), 8)));
                found.push_back((*unit)->payload);
            }
        }
        return found;
    };
    if (units(piece) != units(stream.size() + 1)) violated("pieces do not matter", to_hex(input));
    if (!units(piece).empty()) reached("unit");
}

}  // namespace

void framing_mctp(ByteView input) { check_unit(Binding::mctp, input); }

void framing_doe(ByteView input) {
    // A DOE unit may have other padding than zeros, and its reserved upper bits of Length: these are not
    // kept.
    Exact unit(input);
    auto unwrapped = unwrap(Binding::doe, unit);
    uint32_t outcome = unwrapped ? static_cast<uint32_t>(unwrapped->payload) : hash(unwrapped.error().field);
    feature(kUnit, static_cast<uint32_t>(Binding::doe), outcome);
    reached(unwrapped ? "unit" : std::string(unwrapped.error().field));
    if (!unwrapped) return;
    if (unwrapped->payload == Payload::doe_discovery) doe_discovery_response(unwrapped->message);
    Bytes made = doe_object(unwrapped->type, unwrapped->message);
    auto again = unwrap(Binding::doe, made);
    if (!again || again->payload != unwrapped->payload || !equal(again->message, unwrapped->message)) {
        violated("an object made again carries the same", to_hex(input));
    }
}

void framing_tcp(ByteView input) {
    check_unit(Binding::tcp, input);
    check_stream<TcpDeframer>(input, [] { return TcpDeframer(); });
}

void framing_emu(ByteView input) {
    check_stream<EmuDeframer>(input, [] { return EmuDeframer(Binding::mctp); });
}

}  // namespace assay::fuzz
