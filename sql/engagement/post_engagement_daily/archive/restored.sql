-- The rows of the month are back, so nothing is carried from it. Parameters: organization_id, first_day, end_day.

delete from engagement.carried_values
where organization_id = %(organization_id)s and month = %(first_day)s::date;
