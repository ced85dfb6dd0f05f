#include "stack/evidence/edit_forms.h"

#include <fmt/format.h>

#include "stack/evidence/place_of.h"

namespace assay::evidence {

namespace {

std::unexpected<Error> wrong(std::string detail) {
    return fail(Errc::bad_text, "value", Error::npos, std::move(detail));
}

// A form out of its JSON, and the reverse.
template <class T>
Result<T> form_of(const Json& json) {
    T form{};
    TRY(place_of(form)->set(json));
    return form;
}
template <class T>
Json json_of(T form) {
    return place_of(form)->get();
}

Result<std::vector<Bytes>> all_bytes(const Json& list) { return form_of<std::vector<Bytes>>(list); }

// {"model": "GH100", "driver": "550.90.07", "vbios": "96.00.9F.00.01"}
Result<Firmware> firmware_of(const Json& json) {
    Firmware firmware{.driver = json.value("driver", ""), .vbios = json.value("vbios", "")};
    const auto wanted = json.at("model").get<std::string>();
    for (const Model model : {Model::gh100, Model::gb100, Model::ls10}) {
        if (name(model) != wanted) continue;
        firmware.model = model;
        return firmware;
    }
    return wrong(fmt::format("there is no model {}", wanted));
}

Result<Json> manifest(const Json& inside) {
    const Firmware firmware = TRY(firmware_of(inside.at(1)));
    if (inside.at(0) == "driver") return json_of(driver_rim(firmware));
    if (inside.at(0) == "vbios") return json_of(vbios_rim(firmware));
    return wrong("a manifest is of a driver or of a vbios");
}

Result<Json> device(const Json& inside) {
    GpuOptions options;
    options.firmware = TRY(firmware_of(inside));
    options.label = inside.at("label");
    options.nonce = TRY(from_hex(inside.at("nonce").get<std::string>()));
    return json_of(genuine(options));
}

Result<Json> tcb_info_of(const Json& inside) {
    const std::string digest_oid = inside.value("digest_oid", "");
    TcbInfoForm info;
    info.model = inside.at("model");
    info.fwids = TRY(all_bytes(inside.at("fwids")));
    if (!digest_oid.empty()) info.digest_oid = digest_oid;
    return to_hex(tcb_info(info));
}

Result<Json> constraint(const Json& inside) {
    const bool permitted = inside.at(0) == "permitted";
    if (!permitted && inside.at(0) != "excluded") return wrong("a name is permitted or excluded");
    return json_of(name_constraint(permitted, TRY(form_of<Name>(inside.at(1)))));
}

}  // namespace

Result<std::optional<Json>> form_value(const std::string& name, const Json& inside) {
    if (name == "$manifest") return TRY(manifest(inside));
    if (name == "$device") return TRY(device(inside));
    if (name == "$tcb_info") return TRY(tcb_info_of(inside));
    if (name == "$name_constraint") return TRY(constraint(inside));
    if (name == "$delegate") return json_of(delegate_of(TRY(form_of<CertificateForm>(inside))));
    if (name == "$switch_pdi") return Json(to_hex(switch_pdi(inside.get<size_t>())));
    if (name == "$gpu_pdi") return Json(to_hex(gpu_pdi(inside.get<size_t>())));
    if (name == "$switches_of_gpu") return Json(to_hex(switches_of_gpu(TRY(all_bytes(inside)))));
    if (name == "$gpus_of_switch") return Json(to_hex(gpus_of_switch(TRY(all_bytes(inside)))));
    return std::nullopt;
}

}  // namespace assay::evidence
