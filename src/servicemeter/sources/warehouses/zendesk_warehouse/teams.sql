select id as team_id, name from "group"
