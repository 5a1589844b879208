"""A small made-up Zendesk account as its warehouse tables: what the tests of warehouses share.

Opening hours: Monday to Friday 09:00-17:00 in Amsterdam (UTC+1 in January 2026), and a night shift from Saturday 22:00 to
Sunday 06:00. Monday 12 January 2026 is a working day, the 13th and 14th are holidays.
"""

from __future__ import annotations

from pathlib import Path

ZENDESK = "zendesk_warehouse"
TABLES = {
    "ticket": """
id,created_at,updated_at,status,priority,assignee_id,group_id,requester_id,submitter_id,brand_id,via_channel,via_source_rel,via_followup_source_id,merged_ticket_ids,subject,url,_fivetran_deleted
1,2026-01-12 08:00:00,2026-01-16 10:00:00,closed,normal,91,7,11,11,5,email,,,[],Broken lamp,https://shop.zendesk.com/api/v2/tickets/1.json,false
2,2026-01-12 09:00:00,2026-01-12 09:30:00,closed,normal,,,11,11,5,web,,,[],Lamp again,,false
3,2026-01-12 10:00:00,2026-01-15 10:00:00,solved,high,91,7,12,12,5,voice,inbound,1,[2],Where is it,,false
4,2026-01-12 11:00:00,2026-01-12 11:00:00,open,,91,,12,91,,api,,,,Call back,,false
5,2026-01-12 12:00:00,2026-01-12 13:00:00,deleted,,,,12,12,,email,,,,,,false
""",
    "ticket_comment": """
id,ticket_id,created,user_id,public,body,_fivetran_deleted
101,1,2026-01-12 08:00:00,11,true,It flickers,false
102,1,2026-01-12 08:20:00,92,false,Ask the maker,false
103,1,2026-01-12 09:30:00,91,true,Send it back,false
104,1,2026-01-12 09:40:00,-1,true,We have your message,false
105,2,2026-01-12 09:00:00,11,true,Still flickers,false
106,3,2026-01-12 10:00:00,12,true,Where,false
107,3,2026-01-12 10:05:00,91,true,secret,true
108,4,2026-01-12 11:00:00,91,true,Hello,false
""",
    "ticket_field_history": """
ticket_id,field_name,updated,user_id,value
1,status,2026-01-12 08:00:00,11,new
1,priority,2026-01-12 08:00:00,11,normal
1,assignee_id,2026-01-12 09:30:00,91,91
1,group_id,2026-01-12 09:30:00,91,7
1,status,2026-01-12 09:30:00,91,pending
1,status,2026-01-12 11:00:00,91,hold
1,status,2026-01-12 12:00:00,91,solved
1,satisfaction_score,2026-01-13 12:00:00,,offered
1,satisfaction_score,2026-01-13 13:00:00,11,bad
1,satisfaction_comment,2026-01-13 13:00:00,11,Too slow
1,satisfaction_score,2026-01-14 13:00:00,11,good
1,status,2026-01-16 10:00:00,,closed
2,status,2026-01-12 09:00:00,11,new
2,status,2026-01-12 09:30:00,91,closed
3,status,2026-01-12 10:00:00,12,new
3,status,2026-01-12 14:00:00,91,deleted
3,status,2026-01-12 15:00:00,91,open
3,status,2026-01-15 10:00:00,91,solved
5,subject,2026-01-12 12:00:00,12,Nothing
""",
    "user": """
id,role,name,email,phone,external_id,active,locale,organization_id,created_at,updated_at
11,end-user,Eva,eva@example.com,,K-11,true,nl-NL,3,2025-12-01 00:00:00,2025-12-02 00:00:00
12,end-user,,,+31 20 000 0000,,true,,,2025-12-01 00:00:00,2025-12-01 00:00:00
91,agent,Ada,ada@example.com,,,true,en-US,,2025-01-01 00:00:00,2025-01-01 00:00:00
92,admin,Bo,bo@example.com,,,false,en,,2025-01-01 00:00:00,2026-01-20 00:00:00
""",
    "organization": "id,name\n3,Lamp works\n",
    "brand": "id,name\n5,Bright\n",
    "group": "id,name\n7,First line\n8,Second line\n",
    "group_membership": """
user_id,group_id,default,created_at
91,7,true,2025-01-01 00:00:00
91,8,false,2025-01-01 00:00:00
""",
    "ticket_tag": "ticket_id,tag\n1,lamp\n1,lamp\n1,return\n",
    "satisfaction_rating": """
id,ticket_id,requester_id,score,comment,created_at,updated_at
1,1,11,bad,,2026-01-13 13:00:00,2026-01-13 13:00:00
2,3,12,good_with_comment,Thanks,2026-01-15 11:00:00,2026-01-15 11:30:00
3,4,12,unoffered,,2026-01-15 11:00:00,2026-01-15 11:00:00
""",
    "schedule": """
id,name,time_zone,start_time,end_time,created_at,_fivetran_deleted
30,Office,Amsterdam,1980,2460,2025-01-01 00:00:00,false
30,Office,Amsterdam,3420,3900,2025-01-01 00:00:00,false
30,Office,Amsterdam,4860,5340,2025-01-01 00:00:00,false
30,Office,Amsterdam,6300,6780,2025-01-01 00:00:00,false
30,Office,Amsterdam,7740,8220,2025-01-01 00:00:00,false
30,Office,Amsterdam,1900,2460,2025-01-01 00:00:00,true
31,Nights,Europe/Bucharest,9960,10080,2025-06-01 00:00:00,false
31,Nights,Europe/Bucharest,0,360,2025-06-01 00:00:00,false
31,Nights,Europe/Bucharest,1320,1500,2025-06-01 00:00:00,false
""",
    "schedule_holiday": """
schedule_id,start_date,end_date,_fivetran_deleted
30,2026-01-13,2026-01-14,false
30,2026-01-15,2026-01-15,true
""",
    "ticket_schedule": """
ticket_id,schedule_id,created_at
1,30,2026-01-12 08:00:05
3,31,2026-01-12 10:00:00
3,30,2026-01-12 16:00:00
""",
    "sla_policy_metric_history": """
sla_policy_id,sla_policy_updated_at,metric,priority,target,business_hours
70,2025-01-01 00:00:00,first_reply_time,normal,120,true
70,2025-06-01 00:00:00,first_reply_time,normal,60,true
70,2025-01-01 00:00:00,agent_work_time,normal,240,false
70,2025-01-01 00:00:00,total_resolution_time,normal,480,false
70,2025-01-01 00:00:00,periodic_update_time,normal,480,false
""",
    "sla_policy_history": "id,updated_at,position\n70,2025-01-01 00:00:00,2\n70,2025-06-01 00:00:00,1\n",
    "ticket_sla_policy": "ticket_id,sla_policy_id,policy_applied_at\n"
    + "".join(f"{ticket_id},70,2026-01-12 08:00:00\n" for ticket_id in range(1, 6)),
}


def lay_out(folder: Path, *left_out: str, **instead: str) -> Path:
    """Write the tables as CSV files into a folder `zendesk`, some left out or with another text."""
    target = folder / "zendesk"
    target.mkdir(exist_ok=True)
    for name, text in {**TABLES, **instead}.items():
        if name not in left_out:
            (target / f"{name}.csv").write_text(text.lstrip(), encoding="utf-8")
    return target
