#include "stack/device/report.h"

#include <fmt/format.h>

#include "stack/base/writer.h"
#include "stack/evidence/gpu.h"
#include "stack/wire/encode.h"

namespace assay::device {

namespace {

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
    Bytes driver = to_bytes(as_bytes(driver_version(running)));
    driver.push_back(0);
    Bytes all;
    for (const evidence::NvidiaField& field :
         {evidence::NvidiaField{opaque::vbios_version, evidence::vbios_bytes(vbios_version(running))},
          {opaque::driver_version, driver},
          {opaque::counts, counts(running.size())},
          {opaque::nvdec0_status, {opaque::kOn}},
          {opaque::fwid, fwid_of(running)}})
        append(all, wire::encode_raw(field, {}));
    return all;
}

Bytes measurement_opaque(const std::vector<Component>& running, const spdm::Parameters& negotiated) {
    return evidence::nvidia_opaque_data(negotiated.version, report_fields(running));
}

}  // namespace assay::device
