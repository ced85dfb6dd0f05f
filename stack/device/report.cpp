#include "stack/device/report.h"

#include <fmt/format.h>

#include "stack/base/writer.h"
#include "stack/evidence/gpu.h"
#include "stack/wire/encode.h"
#include "stack/wire/messages/opaque_data.h"

namespace assay::device {

namespace {

constexpr uint8_t kPciSig = 3;
constexpr size_t kCounts = 64;  // u32 each, of the indices from 1 on

uint32_t version_of(const std::vector<Component>& running, size_t which) {
    return which < running.size() ? running[which].version : 0;
}

Bytes counts(size_t components) {
    Writer out;
    for (size_t index = 1; index <= kCounts; ++index) {
        out.u32(index <= components || index == kModeIndex ? 1 : 0);
    }
    return std::move(out).take();
}

void put(Writer& out, uint16_t type, ByteView value) {
    out.u16(type).u16(static_cast<uint16_t>(value.size())).bytes(value);
}

}  // namespace

std::string driver_version(const std::vector<Component>& running) {
    return fmt::format("{}.0", version_of(running, 1));
}

std::string vbios_version(const std::vector<Component>& running) {
    return fmt::format("96.00.00.00.{:02X}", version_of(running, 0) & 0xff);
}

Bytes fwid_of(const std::vector<Component>& running) {
    const Bytes measured = running.empty() ? Bytes{} : running.front().measured();
    return evidence::digest(crypto::HashAlgo::sha384, measured);
}

Bytes report_fields(const std::vector<Component>& running) {
    namespace opaque = evidence::opaque;
    Writer out;
    put(out, opaque::vbios_version, evidence::vbios_bytes(vbios_version(running)));
    Bytes driver = to_bytes(as_bytes(driver_version(running)));
    driver.push_back(0);
    put(out, opaque::driver_version, driver);
    put(out, opaque::counts, counts(running.size()));
    put(out, opaque::nvdec0_status, Bytes{opaque::kOn});
    put(out, opaque::fwid, fwid_of(running));
    return std::move(out).take();
}

Bytes measurement_opaque(const std::vector<Component>& running, const spdm::Parameters& negotiated) {
    Bytes fields = report_fields(running);
    if (negotiated.version < wire::Version::v1_2) return fields;
    const wire::OpaqueData data{
        .elements = {
            {.id = kPciSig, .vendor_id = {0xde, 0x10}, .data = std::move(fields), .align_padding = {}}}};
    return wire::encode_raw(data, negotiated.context());
}

}  // namespace assay::device
