package follow

// Hears is the condition of notify.Deps that a member hears of what another one did: they have not switched the type of
// notification off and have not muted the other one, and neither has blocked the other.
const Hears = `NOT EXISTS (SELECT 1 FROM users WHERE id = @recipient AND CONCAT(',', silenced, ',') LIKE CONCAT('%,', @type, ',%'))
	AND NOT EXISTS (SELECT 1 FROM blocks WHERE user_id = @recipient AND blocked_id = @actor)
	AND NOT EXISTS (SELECT 1 FROM blocks WHERE user_id = @actor AND blocked_id = @recipient)
	AND NOT EXISTS (SELECT 1 FROM mutes WHERE user_id = @recipient AND muted_id = @actor)`
