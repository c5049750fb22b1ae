package user

import (
	"github.com/gin-gonic/gin"

	"github.com/cinecircle/cinecircle/platform/auth"
	"github.com/cinecircle/cinecircle/platform/web"
)

type totpResponse struct {
	Secret     string `json:"secret" example:"JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" description:"Base32, to type into the app."`
	OtpauthURL string `json:"otpauth_url" example:"otpauth://totp/cinecircle:alice?algorithm=SHA1&digits=6&issuer=cinecircle&period=30&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"`
	QRSVG      string `json:"qr_svg" example:"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 61 61\"></svg>" description:"The URL as a QR code."`
}

type totpConfirmRequest struct {
	Code string `json:"code" binding:"required,max=100" example:"123456" description:"The code that the app shows."`
}

type recoveryCodesResponse struct {
	RecoveryCodes []string `json:"recovery_codes" description:"Ten codes that work once each in place of one of the app. They are not shown again."`
}

type totpOffRequest struct {
	Code            string `json:"code" binding:"omitempty,max=100" example:"123456" description:"The code that the app shows. Required without recovery_code."`
	RecoveryCode    string `json:"recovery_code" binding:"omitempty,max=100" example:"7HVQ-3OYX-5KJ2-DNB6-TMWE-AZR4"`
	CurrentPassword string `json:"current_password" raw:"true" binding:"required,max=1000" example:"correct horse battery"`
}

func (h handler) beginTOTP(c *gin.Context) error {
	setup, err := h.s.BeginTOTP(c.Request.Context(), auth.MustViewer(c).UserID)
	if err != nil {
		return err
	}
	return web.OK(c, totpResponse{setup.Secret, setup.URL, setup.QR})
}

func (h handler) confirmTOTP(c *gin.Context) error {
	var req totpConfirmRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	codes, err := h.s.ConfirmTOTP(c.Request.Context(), auth.MustViewer(c), req.Code)
	if err != nil {
		return err
	}
	return web.OK(c, recoveryCodesResponse{codes})
}

func (h handler) turnTOTPOff(c *gin.Context) error {
	var req totpOffRequest
	if err := web.BindJSON(c, &req); err != nil {
		return err
	}
	second := SecondFactor{Code: req.Code, RecoveryCode: req.RecoveryCode}
	if err := h.s.TurnTOTPOff(c.Request.Context(), auth.MustViewer(c), web.ClientIP(c), req.CurrentPassword, second); err != nil {
		return err
	}
	return web.NoContent(c)
}
