#include "stack/wire/messages/events.h"

namespace assay::wire {

namespace {

constexpr Bits kAttributes[] = {{0, 1, "AllEventTypes"}};
// EventInstanceId, Reserved, EventTypeId and EventDetailLen.
constexpr size_t kMinEvent = 4 + 4 + kMinStandardsBodyHeader + 2 + 2;

Field group_count(std::string_view name, std::string_view counts) {
    return {.name = name, .kind = FieldKind::count, .counts = counts};
}

void check_list(Visitor& v, std::string_view name, uint8_t count, const Bytes& list) {
    if (v.failed() || (count == 0) == list.empty()) return;
    v.refuse(Errc::inconsistent, name, "the count and the length of the list contradict each other");
}

}  // namespace

void GetSupportedEventTypes::describe(Visitor& v) {
    v.header(kCode, spdm_version, reserved_field("Param1"), param1, reserved_field("Param2"), param2);
}

void SupportedEventTypes::describe(Visitor& v) {
    v.header(kCode, spdm_version, group_count("EventGroupCount", "SupportedEventGroupsList"),
             event_group_count, reserved_field("Param2"), param2);
    v.length({.name = "SupportedEventGroupsListLen", .counts = "SupportedEventGroupsList"}, 4,
             supported_event_groups_list);
    check_list(v, "SupportedEventGroupsListLen", event_group_count, supported_event_groups_list);
    v.nested_blob({.name = "SupportedEventGroupsList"}, supported_event_groups_list, Nested::event_groups);
}

void SubscribeEventTypes::describe(Visitor& v) {
    v.header(kCode, spdm_version, group_count("SubscribeEventGroupCount", "SubscribeList"),
             subscribe_event_group_count, reserved_field("Param2"), param2);
    if (subscribe_event_group_count == 0) return;
    v.length({.name = "SubscribeListLen", .counts = "SubscribeList"}, 4, subscribe_list);
    check_list(v, "SubscribeListLen", subscribe_event_group_count, subscribe_list);
    v.nested_blob({.name = "SubscribeList"}, subscribe_list, Nested::event_groups);
}

void SubscribeEventTypesAck::describe(Visitor& v) {
    v.header(kCode, spdm_version, reserved_field("Param1"), param1, reserved_field("Param2"), param2);
}

void Event::describe(Visitor& v) {
    v.u32({.name = "EventInstanceId"}, event_instance_id);
    v.u32(reserved_field(), reserved);
    event_group_id.describe(v);
    v.u16({.name = "EventTypeId"}, event_type_id);
    v.length({.name = "EventDetailLen", .counts = "EventDetail"}, 2, event_detail);
    v.blob({.name = "EventDetail"}, event_detail);
}

void SendEvent::describe(Visitor& v) {
    v.header(kCode, spdm_version, reserved_field("Param1"), param1, reserved_field("Param2"), param2);
    v.count({.name = "EventCount", .kind = FieldKind::count, .min = 1, .counts = "Event"}, 4, events,
            kMinEvent);
    v.list("Event", events, [](Visitor& w, Event& event) { event.describe(w); });
}

void EventAck::describe(Visitor& v) {
    v.header(kCode, spdm_version, reserved_field("Param1"), param1, reserved_field("Param2"), param2);
}

void EventType::describe(Visitor& v) {
    v.u16({.name = "EventTypeId"}, event_type_id);
    v.u16(reserved_field(), reserved);
}

void EventGroup::describe(Visitor& v) {
    event_group_id.describe(v);
    // The list itself comes after two more fields.
    v.count({.name = "EventTypeCount", .kind = FieldKind::count, .counts = "EventType"}, 2, event_types, 4);
    v.u16({.name = "EventGroupVer"}, event_group_ver);
    v.u32(flags("Attributes", kAttributes), attributes);
    v.list("EventType", event_types, [](Visitor& w, EventType& type) { type.describe(w); });
}

void EventGroups::describe(Visitor& v) {
    v.list_to_end("EventGroup", groups, [](Visitor& w, EventGroup& group) { group.describe(w); });
}

}  // namespace assay::wire
